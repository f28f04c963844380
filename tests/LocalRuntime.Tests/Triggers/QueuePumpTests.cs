using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Drover.LocalRuntime.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class QueuePumpTests(AzuriteFixture azurite)
{
    private readonly string _name = "q-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Message_WhoseFunctionRunsLong_IsRenewedAtHalfOfItsLeaseAndDeletedByItsLatestReceipt()
    {
        var clock = new ManualTime(DateTimeOffset.UtcNow);
        var traffic = new Traffic();
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var queue = azurite.Queues.GetQueueClient(_name);
        await queue.CreateAsync();
        await queue.SendMessageAsync("long");
        using var loggers = new LoggerFactory();
        var pump = new QueuePump(Options(), options => Connect(azurite.ConnectionString, options, traffic), async (_, _) =>
        {
            started.SetResult();
            await gate.Task;
        }, clock, loggers.CreateLogger("test"));
        using var stop = new CancellationTokenSource();
        var running = pump.RunAsync(stop.Token);
        await started.Task.WithinPatience();

        for (var renewals = 1; renewals <= 3; renewals++)
        {
            var due = clock.GetUtcNow() + TimeSpan.FromSeconds(30);
            await Eventually.TrueAsync(() => clock.Due.Contains(due));
            clock.Advance(TimeSpan.FromSeconds(29));
            Assert.Equal(renewals - 1, traffic.Updates);
            clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => traffic.Updates == renewals);
        }

        gate.SetResult();
        await Eventually.TrueAsync(async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0);
        await stop.CancelAsync();
        await running.WithinPatience();
    }

    [Fact]
    public async Task Storage_GoingAwayAndComingBack_IsSurvivedWithOneLogLineEach()
    {
        await using var own = new AzuriteProcess();
        await own.StartAsync();
        var log = new LogRecorder();
        using var loggers = new LoggerFactory([log]);
        var seen = new Probe();
        var pump = new QueuePump(Options(), options => Connect(own.ConnectionString, options, new Traffic()), (message, _) =>
        {
            seen.Saw(message.Body.ToString());
            return Task.CompletedTask;
        }, TimeProvider.System, loggers.CreateLogger("test"));
        using var stop = new CancellationTokenSource();
        var running = pump.RunAsync(stop.Token);
        await SendAsync("before");
        Assert.Equal("before", await seen.NextAsync());
        await Eventually.TrueAsync(async () => (await Queue().GetPropertiesAsync()).Value.ApproximateMessagesCount == 0);

        await own.KillAsync();
        await Eventually.TrueAsync(() => !log.Entries.IsEmpty);
        await own.StartAsync();
        await SendAsync("after");

        // Killed hard, Azurite may have forgotten that the first message was deleted; it has not forgotten the second.
        while (await seen.NextAsync() is not "after")
        {
        }

        await stop.CancelAsync();
        await running.WithinPatience();
        Assert.Equal(
            [$"Queue '{_name}' cannot be reached", $"Queue '{_name}' can be reached again."],
            log.Entries.Select(e => e.Message.Split(';')[0]));

        QueueClient Queue() =>
            Connect(own.ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }, new Traffic())
                .GetQueueClient(_name);

        async Task SendAsync(string text)
        {
            await Queue().CreateIfNotExistsAsync();
            await Queue().SendMessageAsync(text);
        }
    }

    [Fact]
    public async Task Wake_WhileThePumpWaits_MakesItLookAtOnce()
    {
        var clock = new ManualTime(DateTimeOffset.UtcNow);
        var queue = azurite.Queues.GetQueueClient(_name);
        await queue.CreateAsync();
        using var loggers = new LoggerFactory();
        var seen = new Probe();
        var pump = new QueuePump(Options(), options => Connect(azurite.ConnectionString, options, new Traffic()), (message, _) =>
        {
            seen.Saw(message.Body.ToString());
            return Task.CompletedTask;
        }, clock, loggers.CreateLogger("test"));
        using var stop = new CancellationTokenSource();
        var running = pump.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => clock.Due.Count == 1);
        await queue.SendMessageAsync("woken");

        pump.Wake();

        Assert.Equal("woken", await seen.NextAsync());
        await stop.CancelAsync();
        await running.WithinPatience();
    }

    [Fact]
    public async Task Pump_WithAnEmptyQueue_LooksEverLessOften()
    {
        var clock = new ManualTime(DateTimeOffset.UtcNow);
        var traffic = new Traffic();
        await azurite.Queues.CreateQueueAsync(_name);
        using var loggers = new LoggerFactory();
        var pump = new QueuePump(
            Options(),
            options => Connect(azurite.ConnectionString, options, traffic),
            (_, _) => Task.CompletedTask,
            clock, loggers.CreateLogger("test"));
        using var stop = new CancellationTokenSource();
        var running = pump.RunAsync(stop.Token);

        var waits = new List<double>();
        for (var looks = 1; looks <= 8; looks++)
        {
            await Eventually.TrueAsync(() => traffic.Receives == looks && clock.Due.Count == 1);
            var wait = clock.Due[0] - clock.GetUtcNow();
            waits.Add(wait.TotalMilliseconds);
            clock.Advance(wait);
        }

        Assert.Equal([100, 200, 400, 800, 1600, 2000, 2000, 2000], waits);
        await stop.CancelAsync();
        await running.WithinPatience();
    }

    private QueuePumpOptions Options() => new()
    {
        QueueName = _name,
        PoisonQueueName = _name + "-poison",
        Settings = new QueueSettings { MaxPollingInterval = TimeSpan.FromSeconds(2) },
        Lease = TimeSpan.FromMinutes(1),
    };

    private static QueueServiceClient Connect(string connection, QueueClientOptions options, Traffic traffic)
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(50);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(100);
        options.AddPolicy(traffic, HttpPipelinePosition.PerCall);
        return new QueueServiceClient(connection, options);
    }

    /// <summary>Counts what is asked of storage and answered.</summary>
    private sealed class Traffic : HttpPipelineSynchronousPolicy
    {
        private int _updates;
        private int _receives;

        public int Updates => _updates;

        public int Receives => _receives;

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Put && message.Request.Uri.Path.Contains("/messages/"))
            {
                Assert.False(message.Response.IsError);
                Interlocked.Increment(ref _updates);
            }
            else if (
                message.Request.Method == RequestMethod.Get && message.Request.Uri.Path.EndsWith("/messages", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _receives);
            }
        }
    }
}
