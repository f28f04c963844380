using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Drover.LocalRuntime.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class QueueTriggerTests(AzuriteFixture azurite)
{
    private readonly string _name = "q-" + Guid.NewGuid().ToString("N");

    private QueueClient Queue => azurite.Queues.GetQueueClient(_name);

    private QueueClient Poison => azurite.Queues.GetQueueClient(_name + "-poison");

    [Theory]
    [InlineData(typeof(TextFunctions), "some text", "some text")]
    [InlineData(typeof(BytesFunctions), "bytes", "5 bytes")]
    [InlineData(typeof(BinaryDataFunctions), "data", "data data")]
    [InlineData(typeof(JsonFunctions), """{"name":"a","Count":3}""", "a 3")]
    [InlineData(typeof(MessageFunctions), "whole", "whole 1 1 True")]
    public async Task Message_OfEachParameterType_IsBoundAndDeleted(Type functions, string message, string expected)
    {
        await using var host = await StartAsync(functions);
        await SendAsync(message);

        Assert.Equal(expected, await host.Probe.NextAsync());
        await Eventually.TrueAsync(IsEmptyAsync);
        Assert.Empty(host.Complaints);
    }

    [Fact]
    public async Task Message_WithoutEncoding_IsReadAsItStands()
    {
        await using var host = await StartAsync(typeof(TextFunctions), """ "messageEncoding": "none" """);
        var plain = new QueueServiceClient(azurite.ConnectionString).GetQueueClient(_name);
        await Eventually.TrueAsync(async () => await plain.ExistsAsync());
        await plain.SendMessageAsync("<plain>");

        Assert.Equal("<plain>", await host.Probe.NextAsync());
    }

    [Fact]
    public async Task Message_ThatIsNotInTheEncoding_GoesToThePoisonQueue()
    {
        await using var host = await StartAsync(typeof(TextFunctions));
        var plain = new QueueServiceClient(azurite.ConnectionString);
        await Eventually.TrueAsync(async () => await Queue.ExistsAsync());
        await plain.GetQueueClient(_name).SendMessageAsync("not base64!");

        var poison = plain.GetQueueClient(Poison.Name);
        await Eventually.TrueAsync(async () => await CountAsync(poison) == 1);
        Assert.Equal("not base64!", (await poison.PeekMessageAsync()).Value.Body.ToString());
        await Eventually.TrueAsync(IsEmptyAsync);
        Assert.Empty(host.Probe.All);
    }

    [Fact]
    public async Task Message_FailingOnce_IsTriedAgain()
    {
        var probe = new Probe();
        probe.Fails = _ => probe.All.Count == 1;
        await using var host = await StartAsync(typeof(TextFunctions), probe: probe);
        await SendAsync("again");

        Assert.Equal("again", await probe.NextAsync());
        Assert.Equal("again", await probe.NextAsync());
        await Eventually.TrueAsync(IsEmptyAsync);
        Assert.Equal(["Message N of queue 'Q' failed at try 1 of 5."], Complaints(host));
    }

    [Fact]
    public async Task Message_FailingTooOften_GoesToThePoisonQueueUnchanged()
    {
        await using var host = await StartAsync(typeof(TextFunctions), """ "maxDequeueCount": 3 """, new Probe { Fails = _ => true });
        await SendAsync("poison");

        await Eventually.TrueAsync(async () => await CountAsync(Poison) == 1);
        var letter = (await Poison.ReceiveMessageAsync()).Value;
        Assert.Equal("poison", letter.Body.ToString());
        Assert.True(letter.ExpiresOn > DateTimeOffset.UtcNow.AddYears(100));
        Assert.Equal(3, host.Probe.All.Count);
        await Eventually.TrueAsync(IsEmptyAsync);
        Assert.Equal(
            [
                "Message N of queue 'Q' failed at try 1 of 3.",
                "Message N of queue 'Q' failed at try 2 of 3.",
                "Message N of queue 'Q' failed at try 3 of 3.",
                "Message N of queue 'Q' failed 3 times and goes to 'Q-poison'.",
            ],
            Complaints(host));
    }

    [Fact]
    public async Task Message_ThatCannotBecomeTheParameter_GoesToThePoisonQueue()
    {
        await using var host = await StartAsync(typeof(JsonFunctions));
        await SendAsync("this is not JSON");

        await Eventually.TrueAsync(async () => await CountAsync(Poison) == 1);
        Assert.Empty(host.Probe.All);
    }

    [Fact]
    public async Task Message_DequeuedTooOftenByHostsThatDied_GoesToThePoisonQueueWithoutARun()
    {
        await Queue.CreateIfNotExistsAsync();
        await Queue.SendMessageAsync("deadly");
        for (var i = 0; i < 2; i++)
        {
            var message = (await Queue.ReceiveMessageAsync()).Value;
            await Queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero);
        }

        await using var host = await StartAsync(typeof(TextFunctions), """ "maxDequeueCount": 2 """);

        await Eventually.TrueAsync(async () => await CountAsync(Poison) == 1);
        Assert.Empty(host.Probe.All);
    }

    [Fact]
    public async Task Message_Failing_StaysInvisibleForTheTimeoutOfHostJson()
    {
        await using var host = await StartAsync(
            typeof(TextFunctions), """ "visibilityTimeout": "01:00:00" """, new Probe { Fails = _ => true });
        await SendAsync("later");
        Assert.Equal("later", await host.Probe.NextAsync());
        await Eventually.TrueAsync(() => host.Complaints.Any());
        await host.StopAsync();

        Assert.Empty((await Queue.ReceiveMessagesAsync()).Value);
        Assert.Equal(1, await CountAsync(Queue));
    }

    [Fact]
    public async Task Messages_MoreThanFit_RunABoundedNumberAtOnce()
    {
        var peak = new PeakProbe();
        await using var host = await StartAsync(typeof(PeakFunctions), """ "batchSize": 4, "newBatchThreshold": 2 """, peak: peak);
        await Eventually.TrueAsync(async () => await Queue.ExistsAsync());
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Queue.SendMessageAsync($"{i}")));

        await Eventually.TrueAsync(() => peak.Done == 60);
        Assert.InRange(peak.Most, 2, 6);
        await Eventually.TrueAsync(IsEmptyAsync);
    }

    [Fact]
    public async Task Stop_WhileAFunctionRuns_CancelsItAwaitsItAndGivesTheMessageBack()
    {
        var host = await StartAsync(typeof(WaitingFunctions));
        await SendAsync("held");
        Assert.Equal("started", await host.Probe.NextAsync());

        await host.DisposeAsync();

        Assert.Equal(["started", "ended"], host.Probe.All);
        Assert.Equal("held", Assert.Single((await Queue.ReceiveMessagesAsync()).Value).Body.ToString());
    }

    [Fact]
    public async Task Function_OverTheTimeoutOfHostJson_FailsItsMessage()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await SendAsync("slow", create: true);
        await using var host = await StartAsync(typeof(WaitingFunctions), """ "maxDequeueCount": 1 """, clock: clock, timeout: "00:05:00");
        Assert.Equal("started", await host.Probe.NextAsync());

        clock.Advance(TimeSpan.FromMinutes(5));

        await Eventually.TrueAsync(() => host.Log.Entries.Any(e =>
            e.Exception is TimeoutException { Message: "Function 'Take' ran longer than functionTimeout (00:05:00)." }));
        await Eventually.TrueAsync(async () => await CountAsync(Poison) == 1);
    }

    private async Task<TestHost> StartAsync(
        Type functions, string queues = "", Probe? probe = null, PeakProbe? peak = null, TimeProvider? clock = null,
        string timeout = "-1") =>
        await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [functions],
            Settings = { ["AzureWebJobsStorage"] = azurite.ConnectionString, ["Queue"] = _name },
            HostJson = $$"""
                {
                  "version": "2.0", "functionTimeout": "{{timeout}}",
                  "extensions": { "queues": { "maxPollingInterval": "00:00:00.1"{{(queues == "" ? "" : "," + queues)}} } }
                }
                """,
            Probe = probe ?? new Probe(),
            Time = clock ?? TimeProvider.System,
            Services = services => services.AddSingleton(peak ?? new PeakProbe()),
        });

    private async Task SendAsync(string message, bool create = false)
    {
        if (create)
        {
            await Queue.CreateIfNotExistsAsync();
        }

        // Made by the host.
        await Eventually.TrueAsync(async () => await Queue.ExistsAsync());
        await Queue.SendMessageAsync(message);
    }

    private async Task<bool> IsEmptyAsync() => await CountAsync(Queue) == 0;

    private static async Task<int> CountAsync(QueueClient queue) =>
        await queue.ExistsAsync() ? (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount : 0;

    /// <summary>The log from Warning on, without the names that chance gave.</summary>
    private IEnumerable<string> Complaints(TestHost host) => host.Complaints.Select(message =>
        System.Text.RegularExpressions.Regex.Replace(message.Replace(_name, "Q"), "[0-9a-f-]{36}", "N"));

    public sealed class TextFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([QueueTrigger("%Queue%")] string message) => probe.Saw(message);
    }

    public sealed class BytesFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([QueueTrigger("%Queue%")] byte[] message) => probe.Saw($"{message.Length} bytes");
    }

    public sealed class BinaryDataFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([QueueTrigger("%Queue%")] BinaryData message) => probe.Saw($"data {message}");
    }

    public sealed record Parcel(string Name, int Count);

    public sealed class JsonFunctions(Probe probe)
    {
        [Function("Take")]
        public async Task Take([QueueTrigger("%Queue%")] Parcel parcel)
        {
            await Task.Yield();
            probe.Saw($"{parcel.Name} {parcel.Count}");
        }
    }

    public sealed class MessageFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([QueueTrigger("%Queue%")] QueueMessage message, long dequeueCount, string id) =>
            probe.Saw($"{message.Body} {message.DequeueCount} {dequeueCount} {id == message.MessageId}");
    }

    public sealed class WaitingFunctions(Probe probe)
    {
        [Function("Take")]
        public async Task Take([QueueTrigger("%Queue%")] string message, CancellationToken cancellation)
        {
            probe.Saw("started");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            }
            finally
            {
                await Task.Yield();
                probe.Saw("ended");
            }
        }
    }

    public sealed class PeakProbe
    {
        private int _now;
        private int _most;
        private int _done;

        public int Most => _most;

        public int Done => _done;

        public async Task CountAsync()
        {
            var now = Interlocked.Increment(ref _now);
            for (var most = _most; now > most; most = _most)
            {
                Interlocked.CompareExchange(ref _most, now, most);
            }

            await Task.Delay(5);
            Interlocked.Decrement(ref _now);
            Interlocked.Increment(ref _done);
        }
    }

    public sealed class PeakFunctions(PeakProbe peak)
    {
        [Function("Take")]
        public Task Take([QueueTrigger("%Queue%")] string message) => peak.CountAsync();
    }
}
