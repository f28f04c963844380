using System.Globalization;
using Drover.LocalRuntime.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class TimerTriggerTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 10, 2, 0, TimeSpan.Zero);

    private readonly ManualTime _clock = new(Start);
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("drover-timer-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Timer_WithASchedule_RunsAtEachOfItsTimes()
    {
        await using var host = await StartAsync(typeof(Functions), "0 */5 * * * *");

        await WaitsForAsync("10:05:00");
        _clock.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromTicks(1));
        Assert.Empty(host.Probe.All);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("10:05:00 on time, last 00:00:00, next 10:05:00", await host.Probe.NextAsync());
        await MoveToAsync("10:10:00");
        Assert.Equal("10:10:00 on time, last 10:05:00, next 10:10:00", await host.Probe.NextAsync());
    }

    [Fact]
    public async Task Timer_WithATimeSpan_RunsEachTimeItHasPassed()
    {
        await using var host = await StartAsync(typeof(Functions), "00:10:00");

        await MoveToAsync("10:12:00");
        Assert.Equal("10:12:00 on time, last 00:00:00, next 10:12:00", await host.Probe.NextAsync());
        await MoveToAsync("10:22:00");
        Assert.Equal("10:22:00 on time, last 10:12:00, next 10:22:00", await host.Probe.NextAsync());
    }

    [Fact]
    public async Task Timer_MoreOftenThanOnceAMinute_IsNotMonitored()
    {
        await using var host = await StartAsync(typeof(Functions), "*/30 * * * * *");

        await MoveToAsync("10:02:30");

        Assert.Equal("10:02:30 on time", await host.Probe.NextAsync());
        Assert.False(Directory.Exists(Path.Combine(_data.FullName, "timers")));
    }

    [Fact]
    public async Task Timer_RunOnStartup_RunsAtOnceAndThenOnSchedule()
    {
        await using var host = await StartAsync(typeof(StartupFunctions), "0 0 * * * *");

        Assert.Equal("10:02:00 on time", await host.Probe.NextAsync());
        await MoveToAsync("11:00:00");
        Assert.Equal("11:00:00 on time", await host.Probe.NextAsync());
    }

    [Fact]
    public async Task Timer_MissedWhileTheHostWasDown_RunsAtTheNextStartAsPastDue()
    {
        await using (var first = await StartAsync(typeof(Functions), "0 0 * * * *"))
        {
            await MoveToAsync("11:00:00");
            Assert.Equal("11:00:00 on time, last 00:00:00, next 11:00:00", await first.Probe.NextAsync());
            await WaitsForAsync("12:00:00");
        }

        _clock.Advance(TimeSpan.FromHours(3.5));
        await using var second = await StartAsync(typeof(Functions), "0 0 * * * *");

        Assert.Equal("14:30:00 past due, last 11:00:00, next 12:00:00", await second.Probe.NextAsync());
        await MoveToAsync("15:00:00");
        Assert.Equal("15:00:00 on time, last 14:30:00, next 15:00:00", await second.Probe.NextAsync());
    }

    [Fact]
    public async Task Timer_NotMissed_DoesNotRunAtTheNextStart()
    {
        await using (await StartAsync(typeof(Functions), "0 0 * * * *"))
        {
            await WaitsForAsync("11:00:00");
        }

        _clock.Advance(TimeSpan.FromMinutes(30));
        await using var second = await StartAsync(typeof(Functions), "0 0 * * * *");
        await WaitsForAsync("11:00:00");

        Assert.Empty(second.Probe.All);
    }

    [Fact]
    public async Task Timer_RunningPastItsNextTime_IsNotRunTwiceAtOnce()
    {
        await using var host = await StartAsync(typeof(SlowFunctions), "0 */5 * * * *");
        await MoveToAsync("10:05:00");
        Assert.Equal("begun", await host.Probe.NextAsync());

        _clock.Advance(TimeSpan.FromMinutes(12));
        Assert.Equal(["begun"], host.Probe.All);
        host.Probe.Gate.SetResult();
        Assert.Equal("ended", await host.Probe.NextAsync());

        await MoveToAsync("10:20:00");
        Assert.Equal("begun", await host.Probe.NextAsync());
    }

    [Fact]
    public async Task Timer_DueInMonths_WaitsForIt()
    {
        await using var host = await StartAsync(typeof(Functions), "0 0 0 1 3 *");

        for (var hour = Start.AddHours(1); hour < Start.AddHours(4); hour += TimeSpan.FromHours(1))
        {
            await WaitsForAsync($"{hour:HH:mm:ss}");
            _clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Empty(host.Probe.All);
    }

    [Fact]
    public async Task Timer_WhoseFunctionFails_GoesOn()
    {
        await using var host = await StartAsync(typeof(Functions), "0 */5 * * * *", new Probe { Fails = _ => true });

        await MoveToAsync("10:05:00");
        await host.Probe.NextAsync();
        await MoveToAsync("10:10:00");
        await host.Probe.NextAsync();

        Assert.Contains("Function 'Tick' failed.", host.Complaints);
    }

    [Fact]
    public async Task Timer_WithADamagedFile_SaysSoAndRuns()
    {
        Directory.CreateDirectory(Path.Combine(_data.FullName, "timers"));
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, "timers", "Tick.json"), "{ damaged");
        await using var host = await StartAsync(typeof(Functions), "0 */5 * * * *");

        await MoveToAsync("10:05:00");

        Assert.StartsWith("10:05:00 on time", (string?)await host.Probe.NextAsync());
        Assert.StartsWith("The times of timer 'Tick' could not be read: ", Assert.Single(host.Complaints));
    }

    // The five-minute tick: the clock reached the time between two reads, and the wait was negative.
    [Fact]
    public async Task Timer_WhoseClockGoesOnBetweenTwoReads_Runs()
    {
        await using var host = await StartAsync(typeof(Functions), "*/5 * * * * *");
        var clock = new FakeTimeProvider(Start) { AutoAdvanceAmount = TimeSpan.FromSeconds(2) };
        var (function, binding) = host.Services.GetRequiredService<FunctionCatalog>().With<TimerBinding>().Single();
        var invoker = host.Services.GetRequiredService<FunctionInvoker>();
        var listener = new TimerListener(function, binding, host.DataPath, invoker, clock, NullLogger.Instance);
        using var stop = new CancellationTokenSource();

        var running = listener.RunAsync(stop.Token);
        await Eventually.TrueAsync(() =>
        {
            clock.GetUtcNow();
            return host.Probe.All.Count >= 3 || running.IsCompleted;
        });
        await stop.CancelAsync();
        await running.WithinPatience();

        Assert.True(host.Probe.All.Count >= 3);
    }

    private async Task<TestHost> StartAsync(Type functions, string schedule, Probe? probe = null) =>
        await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [functions],
            Settings = { ["Schedule"] = schedule },
            Time = _clock,
            Probe = probe ?? new Probe(),
            DataPath = _data.FullName,
        });

    /// <summary>The engine's waits are in the clock too, so a test looks for its timer's by its time.</summary>
    private Task WaitsForAsync(string time) => Eventually.TrueAsync(() => _clock.Due.Contains(At(time)));

    private async Task MoveToAsync(string time)
    {
        await WaitsForAsync(time);
        _clock.Advance(At(time) - _clock.GetUtcNow());
    }

    private static DateTimeOffset At(string time) => new(Start.Date + TimeSpan.Parse(time, CultureInfo.InvariantCulture), TimeSpan.Zero);

    private static string Describe(TimerInfo timer, TimeProvider time) =>
        $"{time.GetUtcNow():HH:mm:ss} {(timer.IsPastDue ? "past due" : "on time")}"
        + (timer.ScheduleStatus is { } status ? $", last {status.Last:HH:mm:ss}, next {status.Next:HH:mm:ss}" : "");

    public sealed class Functions(Probe probe, TimeProvider time)
    {
        [Function("Tick")]
        public void Tick([TimerTrigger("%Schedule%")] TimerInfo timer) => probe.Saw(Describe(timer, time));
    }

    public sealed class StartupFunctions(Probe probe, TimeProvider time)
    {
        [Function("Tick")]
        public void Tick([TimerTrigger("%Schedule%", RunOnStartup = true, UseMonitor = false)] TimerInfo timer) =>
            probe.Saw(Describe(timer, time));
    }

    public sealed class SlowFunctions(Probe probe)
    {
        [Function("Tick")]
        public async Task Tick([TimerTrigger("%Schedule%", UseMonitor = false)] TimerInfo timer)
        {
            probe.Saw("begun");
            await probe.Gate.Task;
            probe.Saw("ended");
        }
    }
}
