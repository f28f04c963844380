using Drover.Upstreams;
using Drover.Upstreams.Keys;

namespace Drover.Tests.Upstreams;

public sealed class ProvingGateTests
{
    private readonly ProvingGate _gate = new(_ => { }, () => { });

    [Theory]
    [InlineData(Outcome.Result, true)]
    [InlineData(Outcome.Rejected, true)]
    [InlineData(Outcome.Later, true)]
    [InlineData(Outcome.ModelUnknown, true)]
    [InlineData(Outcome.ConnectionLost, false)]
    [InlineData(Outcome.NotSent, false)]
    [InlineData(Outcome.KeyRefused, false)]
    public async Task RunAsync_AfterAFirstOutcome_LetsOthersInAtOnceOrNot(Outcome first, bool together)
    {
        await RunAsync(() => Task.FromResult(new CallResult(first)));
        var started = 0;
        var answer = new TaskCompletionSource<CallResult>();

        var calls = Enumerable.Range(0, 3).Select(_ => RunAsync(() =>
        {
            started++;
            return answer.Task;
        })).ToList();

        Assert.Equal(together ? 3 : 1, started);
        answer.SetResult(new CallResult(Outcome.Result));
        await Task.WhenAll(calls).WithinPatience();
        Assert.Equal(3, started);
    }

    [Fact]
    public async Task RunAsync_RefusedWhileOthersWaited_AnswersThemWithoutACall()
    {
        var answer = new TaskCompletionSource<CallResult>();
        var first = RunAsync(() => answer.Task);
        var others = Enumerable.Range(0, 5).Select(_ => RunAsync(() => throw new InvalidOperationException("It must not call."))).ToList();

        var refusal = new CallResult(Outcome.KeyRefused);
        answer.SetResult(refusal);

        Assert.Same(refusal, await first);
        Assert.All(await Task.WhenAll(others).WithinPatience(), o => Assert.Same(refusal, o));
    }

    [Fact]
    public async Task RunAsync_CallThatThrows_LeavesTheGateUsable()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(() => throw new InvalidOperationException()));

        Assert.Equal(Outcome.Result, (await RunAsync(() => Task.FromResult(new CallResult(Outcome.Result))).WithinPatience()).Outcome);
    }

    [Fact]
    public async Task RunAsync_KeyRefusedAfterItWasProven_GoesAloneAgain()
    {
        await RunAsync(() => Task.FromResult(new CallResult(Outcome.Result)));
        await RunAsync(() => Task.FromResult(new CallResult(Outcome.KeyRefused)));
        var answer = new TaskCompletionSource<CallResult>();
        var started = 0;

        var calls = Enumerable.Range(0, 2).Select(_ => RunAsync(() =>
        {
            started++;
            return answer.Task;
        })).ToList();

        Assert.Equal(1, started);
        answer.SetResult(new CallResult(Outcome.Result));
        await Task.WhenAll(calls).WithinPatience();
    }

    [Fact]
    public async Task RunAsync_HavingWaitedForAGoodAnswer_HoldsNoPermitAndTellsTheCallerToComeAgain()
    {
        var answer = new TaskCompletionSource<CallResult>();
        var givenBack = 0;
        var first = _gate.RunAsync(() => answer.Task, () => givenBack++);
        var second = _gate.RunAsync(() => throw new InvalidOperationException("It must not call."), () => givenBack++);
        Assert.Equal(1, givenBack);

        answer.SetResult(new CallResult(Outcome.Result));

        Assert.NotNull(await first);
        Assert.Null(await second.WithinPatience());
    }

    [Fact]
    public async Task RunAsync_ResultOfACallSentBeforeARefusal_ProvesNothing()
    {
        await RunAsync(() => Task.FromResult(new CallResult(Outcome.Result)));
        var early = new TaskCompletionSource<CallResult>();
        var before = RunAsync(() => early.Task);
        await RunAsync(() => Task.FromResult(new CallResult(Outcome.KeyRefused)));
        early.SetResult(new CallResult(Outcome.Result));
        await before;

        var answer = new TaskCompletionSource<CallResult>();
        var started = 0;
        var calls = Enumerable.Range(0, 2).Select(_ => RunAsync(() =>
        {
            started++;
            return answer.Task;
        })).ToList();

        Assert.Equal(1, started);
        answer.SetResult(new CallResult(Outcome.Result));
        await Task.WhenAll(calls).WithinPatience();
    }

    [Fact]
    public async Task RunAsync_ForbiddenOnceTheKeyHasBeenGood_IsTheItemsFaultUnlessItGoesOn()
    {
        var forbidden = new CallResult(Outcome.KeyRefused) { Status = 403 };
        Assert.Equal(Outcome.KeyRefused, (await RunAsync(() => Task.FromResult(forbidden))).Outcome);
        await RunAsync(() => Task.FromResult(new CallResult(Outcome.Result)));

        var outcomes = new List<Outcome>();
        for (var i = 0; i < 20; i++)
        {
            outcomes.Add((await RunAsync(() => Task.FromResult(forbidden))).Outcome);
        }

        Assert.Equal([.. Enumerable.Repeat(Outcome.Rejected, 19), Outcome.KeyRefused], outcomes);
    }

    // As its caller does: comes again after waiting.
    private async Task<CallResult> RunAsync(Func<Task<CallResult>> call)
    {
        while (true)
        {
            if (await _gate.RunAsync(call, () => { }) is { } result)
            {
                return result;
            }
        }
    }
}
