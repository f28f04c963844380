using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class ThrottleTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task AcquireAsync_ManyCallersAtOnce_NeverExceedsTheConcurrency()
    {
        const int concurrency = 8;
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = concurrency }, TimeProvider.System);
        var inFlight = 0;
        var most = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 20_000),
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (_, token) =>
            {
                using var permit = await throttle.AcquireAsync(0, token);
                var now = Interlocked.Increment(ref inFlight);
                InterlockedMax(ref most, now);
                if (now == concurrency)
                {
                    full.TrySetResult();
                }

                await full.Task; // The first hold theirs until all are out, however slow the machine is.
                await Task.Yield();
                Interlocked.Decrement(ref inFlight);
            }).WithinPatience();

        Assert.Equal(concurrency, most);
        Assert.Equal(0, throttle.InFlight);
    }

    [Fact]
    public async Task AcquireAsync_SlotGivenBack_GoesToWhoCameFirst()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, _time);
        var held = await throttle.AcquireAsync(0, default);
        var waiters = Enumerable.Range(0, 5).Select(_ => throttle.AcquireAsync(0, default).AsTask()).ToList();

        for (var i = 0; i < waiters.Count; i++)
        {
            Assert.All(waiters[i..], w => Assert.False(w.IsCompleted));
            held.Dispose();
            held = await waiters[i].WithinPatience();
        }

        held.Dispose();
        Assert.Equal(0, throttle.InFlight);
    }

    [Fact]
    public async Task AcquireAsync_WaiterCancelled_ThrowsAndLeavesNoGap()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, _time);
        using var cancellation = new CancellationTokenSource();
        var held = await throttle.AcquireAsync(0, default);
        var first = throttle.AcquireAsync(0, cancellation.Token).AsTask();
        var second = throttle.AcquireAsync(0, default).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WithinPatience());
        Assert.False(second.IsCompleted);
        held.Dispose();
        (await second.WithinPatience()).Dispose();
        Assert.Equal(0, throttle.InFlight);
    }

    [Fact]
    public async Task AcquireAsync_AlreadyCancelled_ThrowsAndTakesNothing()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, _time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await throttle.AcquireAsync(0, new CancellationToken(true)));

        Assert.Equal(0, throttle.InFlight);
        (await throttle.AcquireAsync(0, default)).Dispose();
    }

    [Fact]
    public async Task AcquireAsync_CancellationsRacingWithGrants_LeakNoSlot()
    {
        const int concurrency = 3;
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = concurrency }, TimeProvider.System);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 5_000),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (i, _) =>
            {
                using var cancellation = new CancellationTokenSource();
                var acquire = throttle.AcquireAsync(0, cancellation.Token).AsTask();
                if (i % 2 == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    using var permit = await acquire;
                    await Task.Yield();
                }
                catch (OperationCanceledException)
                {
                    // It came too late for its permit.
                }
            }).WithinPatience();

        Assert.Equal(0, throttle.InFlight);
        var all = new List<Permit>();
        for (var i = 0; i < concurrency; i++)
        {
            all.Add(await throttle.AcquireAsync(0, default).AsTask().WithinPatience());
        }

        Assert.False(throttle.AcquireAsync(0, default).IsCompleted);
    }

    [Fact]
    public async Task Dispose_PermitTwice_GivesOneSlotBack()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 2 }, _time);
        var first = await throttle.AcquireAsync(0, default);
        await throttle.AcquireAsync(0, default);

        first.Dispose();
        first.Dispose();

        Assert.Equal(1, throttle.InFlight);
    }

    [Fact]
    public async Task AcquireAsync_WithARate_GrantsWhenTheClockSaysSo()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 100, RequestsPerMinute = 60 }, _time);
        Assert.True(throttle.AcquireAsync(0, default).IsCompletedSuccessfully);
        var second = throttle.AcquireAsync(0, default).AsTask();

        _time.Advance(TimeSpan.FromMilliseconds(1009));
        Assert.Equal(1, throttle.InFlight);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await second.WithinPatience()).Dispose();
        Assert.Equal(1, throttle.InFlight);
    }

    [Fact]
    public async Task AcquireAsync_SomebodyWaitsForTheAnswer_GoesBeforeBatches()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, _time);
        var held = await throttle.AcquireAsync(0, default);
        var batch = Enumerable.Range(0, 3).Select(_ => throttle.AcquireAsync(0, default).AsTask()).ToList();
        var awaited = Enumerable.Range(0, 2).Select(_ => throttle.AcquireAsync(0, default, isAwaited: true).AsTask()).ToList();

        foreach (var next in awaited.Concat(batch))
        {
            held.Dispose();
            held = await next.WithinPatience();
        }

        held.Dispose();
    }

    [Theory]
    [InlineData(true, 20)]
    [InlineData(false, 1)]
    public async Task AcquireAsync_TheUpstreamSaysThatThereAreEnoughLeft_CallersNeedNotBeSpaced(bool isAwaited, int atOnce)
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 50, RequestsPerMinute = 100 }, _time);
        await AnswerAsync(throttle, remaining: 99);
        _time.Advance(TimeSpan.FromSeconds(1));

        var calls = Enumerable.Range(0, 20).Select(_ => throttle.AcquireAsync(0, default, isAwaited).AsTask()).ToList();

        Assert.Equal((atOnce, 20), (throttle.InFlight, calls.Count));
    }

    [Fact]
    public async Task AcquireAsync_ABurst_MovesTheScheduleOnAndLeavesATenth()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 500, RequestsPerMinute = 100 }, _time);
        await AnswerAsync(throttle, remaining: 60);
        _time.Advance(TimeSpan.FromSeconds(1));
        var calls = Enumerable.Range(0, 300).Select(_ => throttle.AcquireAsync(0, default, isAwaited: true).AsTask()).ToList();
        Assert.Equal(50, throttle.InFlight); // A tenth of the limit is left alone.

        // What was used ahead is paid for by waiting: 100 a minute over the time since then.
        for (var step = 1; step <= 6_000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            if (step == 2_900)
            {
                Assert.Equal(50, throttle.InFlight);
            }
        }

        Assert.InRange(throttle.InFlight, 97, 101);
        await AnswerAsync(throttle, remaining: 0, status: 429, permit: await calls[0].WithinPatience());
        var before = throttle.InFlight;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(throttle.InFlight - before, 0, 2); // A refusal ends it.
    }

    private static async Task AnswerAsync(Throttle throttle, long remaining, int status = 200, Permit? permit = null)
    {
        using var held = permit ?? await throttle.AcquireAsync(0, default);
        var reset = TimeSpan.FromMinutes(1) * ((100 - remaining) / 100.0);
        held.Report(new CallFeedback(status) { Rates = new RateHeaders(new RateHeader(100, remaining, reset), null) });
    }

    [Fact]
    public async Task AcquireAsync_AMinuteUnderARate_GrantsWithinOnePercentOfIt()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1000, RequestsPerMinute = 600 }, _time);
        var granted = 0;
        using var end = new CancellationTokenSource();
        var waiters = Enumerable.Range(0, 700).Select(_ => CountAsync()).ToList();

        for (var step = 0; step < 6_000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10) - (step < 5_999 ? TimeSpan.Zero : TimeSpan.FromTicks(1)));

            // The clock must not run ahead of those that were granted: they give their permits back on other threads.
            Assert.True(SpinWait.SpinUntil(() => throttle.InFlight == 0, TimeSpan.FromSeconds(60)));
        }

        await end.CancelAsync();
        await Task.WhenAll(waiters).WithinPatience();

        Assert.InRange(granted, 594, 600);

        async Task CountAsync()
        {
            try
            {
                (await throttle.AcquireAsync(0, end.Token)).Dispose();
                Interlocked.Increment(ref granted);
            }
            catch (OperationCanceledException)
            {
                // Beyond the minute.
            }
        }
    }

    [Fact]
    public async Task PauseFor_WhileOthersWait_GrantsNothingBeforeItsEnd()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 2 }, _time);
        var held = await throttle.AcquireAsync(0, default);
        throttle.PauseFor(TimeSpan.FromSeconds(10));
        var waiter = throttle.AcquireAsync(0, default).AsTask();

        Assert.Equal(TimeSpan.FromSeconds(10), throttle.PausedFor);
        held.Dispose(); // A slot that comes free ends no pause.
        _time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.Equal(0, throttle.InFlight); // Counted as it is granted; the waiter itself goes on later.
        Assert.Equal(TimeSpan.FromMilliseconds(1), throttle.PausedFor);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await waiter.WithinPatience()).Dispose();
        Assert.Equal(TimeSpan.Zero, throttle.PausedFor);
    }

    [Fact]
    public async Task PauseFor_ShorterThanThePauseThatIsSet_ChangesNothing()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, _time);
        throttle.PauseFor(TimeSpan.FromSeconds(10));
        throttle.PauseFor(TimeSpan.FromSeconds(2));
        var waiter = throttle.AcquireAsync(0, default).AsTask();

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, throttle.InFlight);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await waiter.WithinPatience()).Dispose();
    }

    [Fact]
    public async Task PauseFor_LongerThanThePauseThatIsSet_HoldsThoseWhoWaitAlready()
    {
        await using var throttle = new Throttle(new ThrottleLimits { Concurrency = 1 }, _time);
        throttle.PauseFor(TimeSpan.FromSeconds(2));
        var waiter = throttle.AcquireAsync(0, default).AsTask();
        throttle.PauseFor(TimeSpan.FromSeconds(10));

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, throttle.InFlight);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await waiter.WithinPatience()).Dispose();
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, -1, 0, 0)]
    [InlineData(1, 0, -1, 0)]
    [InlineData(1, 0, 0, -1)]
    public void Constructor_OutOfRange_Throws(int concurrency, int requestsPerMinute, long tokensPerMinute, int spacing) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Throttle(
            new ThrottleLimits
            {
                Concurrency = concurrency,
                RequestsPerMinute = requestsPerMinute,
                TokensPerMinute = tokensPerMinute,
                MinimumSpacing = TimeSpan.FromTicks(spacing),
            },
            _time));

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
