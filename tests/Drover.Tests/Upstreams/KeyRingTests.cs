using Drover.Upstreams;
using Drover.Upstreams.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Upstreams;

public sealed class KeyRingTests
{
    private static readonly CallResult Refusal =
        new(Outcome.KeyRefused) { Status = 401, ErrorCode = "invalid_api_key", ErrorMessage = "Incorrect API key." };

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Next_SeveralKeys_TakesThemInTurn()
    {
        var ring = Ring("a", "b", "c");

        Assert.Equal([1, 2, 3, 1, 2, 3], Enumerable.Range(0, 6).Select(_ => ring.Next(first: true)!.Number));
    }

    [Fact]
    public void Next_NoKeyAtAll_IsOneWithoutAHeader() => Assert.Null(Ring().Next(first: true)!.Authorization);

    [Fact]
    public async Task Next_KeyRefusedAsOftenAsItMayBe_LeavesItOut()
    {
        var ring = Ring("a", "b");
        await MeetAsync(ring.Keys[0], Refusal, KeyRing.ErrorBudget - 1);
        Assert.Contains(1, Numbers(ring));

        await MeetAsync(ring.Keys[0], Refusal);

        Assert.Equal([2, 2, 2, 2], Numbers(ring));
        Assert.False(ring.IsUnavailable);
        Assert.Equal(
            [new KeyState(1, true, 5, "401 invalid_api_key: Incorrect API key."), new KeyState(2, false, 0, null)], ring.States);
    }

    [Fact]
    public async Task Next_ResultInBetween_BeginsTheCountAnew()
    {
        var ring = Ring("a", "b");
        await MeetAsync(ring.Keys[0], Refusal, KeyRing.ErrorBudget - 1);

        await MeetAsync(ring.Keys[0], new CallResult(Outcome.Result));
        await MeetAsync(ring.Keys[0], Refusal, KeyRing.ErrorBudget - 1);

        Assert.Contains(1, Numbers(ring));
    }

    [Fact]
    public async Task Next_AllOut_LetsACallTryTheOneThatRestedLongestAndNoOther()
    {
        var ring = Ring("a", "b");
        await MeetAsync(ring.Keys[1], Refusal, KeyRing.ErrorBudget);
        _time.Advance(TimeSpan.FromSeconds(1));
        await MeetAsync(ring.Keys[0], Refusal, KeyRing.ErrorBudget);

        Assert.True(ring.IsUnavailable);
        Assert.Equal(2, ring.Next(first: true)!.Number);
        Assert.Null(ring.Next(first: false));
    }

    [Fact]
    public async Task Next_RestIsOver_TriesItAgain()
    {
        var ring = Ring("a", "b");
        await MeetAsync(ring.Keys[0], Refusal, KeyRing.ErrorBudget);

        _time.Advance(KeyRing.Rest);
        Assert.Contains(1, Numbers(ring));

        await MeetAsync(ring.Keys[0], Refusal);
        Assert.DoesNotContain(1, Numbers(ring));
        _time.Advance(KeyRing.Rest);
        await MeetAsync(ring.Keys[0], new CallResult(Outcome.Result));
        Assert.Equal(new KeyState(1, false, 0, null), ring.States[0]);
    }

    private static IEnumerable<int> Numbers(KeyRing ring) => [.. Enumerable.Range(0, 4).Select(_ => ring.Next(first: false)!.Number)];

    private static async Task MeetAsync(ApiKey key, CallResult result, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            await key.Gate.RunAsync(() => Task.FromResult(result), () => { });
        }
    }

    private KeyRing Ring(params string[] keys) => new(keys, "default", _time, NullLogger.Instance);
}
