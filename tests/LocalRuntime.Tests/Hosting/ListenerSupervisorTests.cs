using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime.Tests.Hosting;

public sealed class ListenerSupervisorTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly LogRecorder _log = new();
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task RunAsync_OfAListenerThatFails_LogsItByNameAndRunsItAgainAfterAWaitThatDoubles()
    {
        var listener = new Listener(run => throw new InvalidOperationException($"defect {run}"));
        var running = Supervise(listener).RunAsync(_stop.Token);

        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            await WaitsAsync();
            var runs = listener.Runs;
            Assert.Equal($"The listener of timer 'Tick' failed; it starts again in {seconds} s.", _log.Entries.Last().Message);
            Assert.Equal($"defect {runs}", _log.Entries.Last().Exception!.Message);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.Equal(runs, listener.Runs);
            _time.Advance(TimeSpan.FromTicks(1));
            await Eventually.TrueAsync(() => listener.Runs == runs + 1);
        }

        Assert.All(_log.Entries, entry => Assert.Equal(LogLevel.Error, entry.Level));
        await _stop.CancelAsync();
        await running.WithinPatience();
    }

    [Fact]
    public async Task RunAsync_OfAListenerThatRanWellForLong_BeginsWithTheShortestWait()
    {
        var failing = new TaskCompletionSource();
        var listener = new Listener(run => run == 3 ? failing.Task : throw new InvalidOperationException());
        var running = Supervise(listener).RunAsync(_stop.Token);

        _time.Advance(TimeSpan.FromSeconds(1));
        await WaitsAsync();
        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => listener.Runs == 3);
        _time.Advance(TimeSpan.FromSeconds(61));
        failing.SetException(new InvalidOperationException());
        await WaitsAsync();

        Assert.EndsWith("again in 1 s.", _log.Entries.Last().Message, StringComparison.Ordinal);
        await _stop.CancelAsync();
        await running.WithinPatience();
    }

    [Fact]
    public async Task RunAsync_OfAListenerThatFails_LeavesTheOthersAlone()
    {
        var failing = new Listener(_ => throw new InvalidOperationException());
        var other = new Listener(_ => Task.Delay(Timeout.Infinite, _stop.Token));
        var running = BackgroundTasks.RunAsync([Supervise(failing).RunAsync, Supervise(other).RunAsync], _stop.Token);

        for (var run = 1; run <= 3; run++)
        {
            await WaitsAsync();
            Assert.Equal(run, failing.Runs);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, other.Runs);
        Assert.False(running.IsCompleted);
        await _stop.CancelAsync();
        await running.WithinPatience();
    }

    [Fact]
    public async Task RunAsync_OfAListenerWithNothingMoreToWaitFor_Ends()
    {
        await Supervise(new Listener(_ => Task.CompletedTask)).RunAsync(_stop.Token).WithinPatience();

        Assert.Empty(_log.Entries);
    }

    private Task WaitsAsync() => Eventually.TrueAsync(() => _time.Due.Count == 1);

    private ListenerSupervisor Supervise(ITriggerListener listener) => new(listener, _time, _log.CreateLogger("test"));

    private sealed class Listener(Func<int, Task> run) : ITriggerListener
    {
        private int _runs;

        public string Name => "timer 'Tick'";

        public int Runs => Volatile.Read(ref _runs);

        public Task RunAsync(CancellationToken stopping) => run(Interlocked.Increment(ref _runs));
    }
}
