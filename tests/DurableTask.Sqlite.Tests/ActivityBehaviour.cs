using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite.Tests;

public abstract class ActivityBehaviour(int cached)
{
    [Fact]
    public async Task CallActivity_Returns_GivesTheResult()
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("Hello", name => $"Hello {name}")
            .Orchestrator<string>("Greet", async c => await c.CallActivityAsync<string>("hELLO", c.GetInput<string>()))
            .StartAsync();

        var end = await host.RunAsync("greet", "Ada");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("Hello Ada", end.ReadOutputAs<string>());
        Assert.Equal("Ada", end.ReadInputAs<string>());
    }

    [Fact]
    public async Task CallActivity_Throws_SurfacesAsTaskFailedException()
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("Bad", _ => throw new ArgumentOutOfRangeException("size", "too big"))
            .Orchestrator("Try", async c =>
            {
                try
                {
                    await c.CallActivityAsync("Bad");
                    return "no failure";
                }
                catch (TaskFailedException e)
                {
                    return new object[]
                    {
                        e.TaskName, e.TaskId, e.FailureDetails.ErrorType, e.FailureDetails.IsCausedBy<ArgumentException>(),
                        e.FailureDetails.IsCausedBy<IOException>(),
                    };
                }
            })
            .StartAsync();

        var end = await host.RunAsync("Try");

        Assert.Equal("""["Bad",0,"System.ArgumentOutOfRangeException",true,false]""", end.SerializedOutput);
    }

    [Fact]
    public async Task CallActivity_FailsUncaught_FailsTheInstanceWithTheChain()
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("Bad", _ => throw new IOException("disk gone", new TimeoutException("slow")))
            .Orchestrator("Try", async c => await c.CallActivityAsync<string>("Bad"))
            .StartAsync();

        var end = await host.RunAsync("Try");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.True(end.FailureDetails!.IsCausedBy<TaskFailedException>());
        Assert.Equal("Task 'Bad' (#0) failed with an unhandled exception: disk gone", end.FailureDetails.ErrorMessage);
        Assert.Equal("disk gone", end.FailureDetails.InnerFailure!.ErrorMessage);
        Assert.True(end.FailureDetails.InnerFailure.InnerFailure!.IsCausedBy<TimeoutException>());
    }

    [Fact]
    public async Task CallActivity_UnknownName_FailsWithoutRetryAndNamesWhatIsKnown()
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("Known", _ => null)
            .Orchestrator("Try", async c => await c.CallActivityAsync<string>(
                "Unknown", null, TaskOptions.FromRetryPolicy(new(5, TimeSpan.FromHours(1)))))
            .StartAsync();

        var end = await host.RunAsync("Try");

        Assert.Equal("There is no activity named 'Unknown'. Known are: Known.", end.FailureDetails!.InnerFailure!.ErrorMessage);
        Assert.Equal("ActivityTaskNotFound", end.FailureDetails.InnerFailure.ErrorType);
    }

    [Fact]
    public async Task CallActivity_OutputCannotBeJson_FailsClearly()
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("Pointer", _ => new { Type = typeof(string) })
            .Orchestrator("Try", async c => await c.CallActivityAsync<string>("Pointer"))
            .StartAsync();

        var end = await host.RunAsync("Try");

        Assert.Contains(
            "Task 'Pointer' (#0) failed with an unhandled exception: Serialization and deserialization of 'System.Type'",
            end.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task CallActivity_HugeErrorText_IsCut()
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("Shout", _ => throw new IOException(new string('x', 100_000)))
            .Orchestrator("Try", async c => await c.CallActivityAsync<string>("Shout"))
            .StartAsync();

        var end = await host.RunAsync("Try");

        Assert.EndsWith("… (91808 characters cut)", end.FailureDetails!.InnerFailure!.ErrorMessage);
        Assert.InRange(end.FailureDetails.ErrorMessage.Length, 8000, 8300);
    }

    [Fact]
    public async Task CallActivity_ThousandAtOnce_AllReturnAndEachRunsOnce()
    {
        var runs = new ConcurrentDictionary<int, int>();
        await using var host = await new DurableHost(cached)
            .Activity<int>("Square", i =>
            {
                runs.AddOrUpdate(i, 1, (_, n) => n + 1);
                return (long)i * i;
            })
            .Orchestrator("FanOut", async c =>
            {
                var tasks = Enumerable.Range(0, 1000).Select(i => c.CallActivityAsync<long>("Square", i)).ToList();
                return (await Task.WhenAll(tasks)).Sum();
            })
            .StartAsync();

        var end = await host.RunAsync("FanOut");

        Assert.Equal(332_833_500, end.ReadOutputAs<long>());
        Assert.Equal(1000, runs.Count);
        Assert.All(runs.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task CallActivity_OptionsGivenAsInput_IsRefused()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Try", async c => await c.CallActivityAsync<string>("A", (object)new TaskOptions()))
            .StartAsync();

        var end = await host.RunAsync("Try");

        Assert.Contains("A TaskOptions value was provided for the activity input", end.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task CallActivity_NotAwaited_StillRunsAfterTheEnd()
    {
        var ran = new TaskCompletionSource();
        await using var host = await new DurableHost(cached)
            .Activity<string>("Later", _ =>
            {
                ran.SetResult();
                return null;
            })
            .Orchestrator("Leave", c =>
            {
                _ = c.CallActivityAsync("Later");
                return Task.FromResult<object?>("left");
            })
            .StartAsync();

        Assert.Equal("left", (await host.RunAsync("Leave")).ReadOutputAs<string>());
        await ran.Task.WaitAsync(DurableHost.Limit, DurableHost.Cancel);
    }

    [Fact]
    public async Task ReplaySafeLoggerAndNewGuid_OverReplays_SpeakOnceAndStayTheSame()
    {
        var guids = new ConcurrentBag<Guid>();
        var lines = new LineLoggers();
        await using var host = await new DurableHost(cached, loggers: lines)
            .Activity<int>("Next", i => i + 1)
            .Orchestrator("Count", async c =>
            {
                var log = c.CreateReplaySafeLogger("Counter");
                guids.Add(c.NewGuid());
                for (var i = 0; i < 3; i = await c.CallActivityAsync<int>("Next", i))
                    log.LogInformation("at {Number}", i);
                c.CreateReplaySafeLogger<string>().LogInformation("done");
                c.CreateReplaySafeLogger(typeof(int)).LogInformation("ended");
                return c.IsReplaying;
            })
            .StartAsync();

        var end = await host.RunAsync("Count");

        Assert.False(end.ReadOutputAs<bool>());
        Assert.Equal(["at 0", "at 1", "at 2", "done", "ended"], lines);
        Assert.Single(guids.Distinct());
        Assert.Equal(4, guids.Count); // The code runs from its beginning at every turn.
    }

    private sealed class LineLoggers : ConcurrentQueue<string>, ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 0)
                Enqueue(formatter(state, exception));
        }
    }
}

public sealed class ActivityTestsLive() : ActivityBehaviour(DurableHost.Live);

public sealed class ActivityTestsReplayed() : ActivityBehaviour(DurableHost.Replayed);
