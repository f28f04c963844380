using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Drover.Batches;
using Drover.Retries;
using Drover.Simulator;
using Drover.Tests.Batches;
using Drover.Tickets;

namespace Drover.Tests.Retries;

public sealed class RetryRunnerTests(AzuriteFixture azurite)
{
    private const int Items = 100;

    private static readonly SimulatorOptions Poisoned = new() { Poison = "POISON" };

    private readonly FakeTimeProvider _time = new();
    private readonly QueueServiceClient _queues = ImmediateQueues.Of(azurite);

    [Fact]
    public async Task TryAsync_FivePercentFailForTenMinutes_AllCompleteByWayOfTheQueueAndTheCountsAddUp()
    {
        await using var batch = await StartAsync(new BatchOptions());
        var outage = _time.GetUtcNow().AddMinutes(10);
        var (counted, inRetry) = await RunToQueueAsync(batch);
        var rounds = 0;

        for (var isDone = false; !isDone; rounds++)
        {
            var (message, id) = await TakeAsync(batch, RetryQueue.Name);
            _time.Advance(message.Due - _time.GetUtcNow());
            if (_time.GetUtcNow() >= outage)
            {
                batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };
            }

            var report = await batch.NewChances().TryAsync(message, id, default).WithinPatience();

            (counted, inRetry, isDone) = (counted + report!.Gain, inRetry - report.Gain.Settled, report.IsDone);
            Assert.Equal(Items, counted.Settled + inRetry);
        }

        Assert.Equal((Items, 0), (counted.Completed, counted.Failed));
        Assert.Equal(4, rounds); // After 1, 3, 7 and 15 minutes.
        Assert.Equal(Enumerable.Range(1, Items).Select(i => $"{i}"), await batch.IdsAsync());
        Assert.Equal((Items, 0), (batch.Upstream.Stats.Processed, batch.Upstream.Stats.Repeated));
        var audit = await batch.NewAuditor().AuditAsync(TestBatch.Id, default);
        Assert.Equal((0, 0, counted), (audit.Short.Count, audit.Tickets, audit.Tally));
    }

    [Fact]
    public async Task BuryAsync_AfterTheLastTry_WritesDeadLettersWithTheReasonsOfAllTries()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 3, MaxRetries = 2 });
        await RunToQueueAsync(batch);
        for (var round = 1; round <= 2; round++)
        {
            var (message, id) = await TakeAsync(batch, RetryQueue.Name);
            _time.Advance(message.Due - _time.GetUtcNow());
            Assert.Equal(new RetryReport(0, Tally.Zero, false), await batch.NewChances().TryAsync(message, id, default).WithinPatience());
        }

        var (last, lastId) = await TakeAsync(batch, RetryQueue.PoisonName);
        var report = await batch.NewChances().BuryAsync(last, lastId);
        var again = await batch.NewChances().BuryAsync(last, "again");

        Assert.Equal(new RetryReport(0, new Tally(0, 5, 0, 0, 0, 0), true), report);
        Assert.Equal(new RetryReport(0, Tally.Zero, true), again);
        Assert.Equal(Enumerable.Range(1, Items).Select(i => $"{i}"), await batch.IdsAsync());
        Assert.All(await batch.ErrorsAsync(), line =>
        {
            Assert.Equal("dead_letter", line.GetProperty("error").GetProperty("code").GetString());
            Assert.StartsWith(
                "Given up after 5 tries in 3 minutes. The last failed with 500 ",
                line.GetProperty("error").GetProperty("message").GetString());
            var reason = Assert.Single(line.GetProperty("drover").GetProperty("history").EnumerateArray());
            Assert.Equal((500, 5), (reason.GetProperty("status").GetInt32(), reason.GetProperty("times").GetInt32()));
        });
        Assert.Equal(5, (await batch.RunAsync()).Tally.Failed); // Settled: nothing is called any more.
    }

    [Fact]
    public async Task BuryAsync_AMessageThatTheHostGaveUpBeforeTheLastTry_TakesOneTryAndIsNoDeadLetter()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1, MaxRetries = 2 });
        await RunToQueueAsync(batch);
        var (message, _) = await TakeAsync(batch, RetryQueue.Name);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };

        Assert.Null(await batch.NewChances().BuryAsync(message, "moved by the host"));

        var (next, id) = await TakeAsync(batch, RetryQueue.Name);
        Assert.Equal(2, (await batch.Tickets.FindAsync(TestBatch.Id, 0, default))!.Value.Ticket.Round);
        Assert.Equal(
            (true, 5),
            (await batch.NewChances().TryAsync(next, id, default).WithinPatience()) is { } report
                ? (report.IsDone, report.Gain.Completed)
                : default);
    }

    [Fact]
    public async Task TryAsync_TheSameMessageTwice_IsTriedOnce()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1 });
        await RunToQueueAsync(batch);
        var (message, id) = await TakeAsync(batch, RetryQueue.Name);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null, Latency = 50 };
        var received = batch.Upstream.Stats.Received;

        await Task.WhenAll(batch.NewChances().TryAsync(message, id, default), batch.NewChances().TryAsync(message, "other", default))
            .WithinPatience();

        Assert.Equal(received + 5, batch.Upstream.Stats.Received);
        Assert.Equal(Enumerable.Range(1, Items).Select(i => $"{i}"), await batch.IdsAsync());
    }

    [Fact]
    public async Task TryAsync_HostDiedWithTheSlice_TheSameMessageGoesOnAndAnotherWaits()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1 });
        await RunToQueueAsync(batch);
        var (message, id) = await TakeAsync(batch, RetryQueue.Name);
        var (ticket, tag) = (await batch.Tickets.FindAsync(TestBatch.Id, 0, default))!.Value;
        await batch.Tickets.WriteAsync(
            TestBatch.Id, 0, ticket with { ClaimedBy = id, Due = _time.GetUtcNow().AddMinutes(3) }, tag, default);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };

        var other = await batch.NewChances().TryAsync(message, "other", default);
        var orchestration = await batch.RunAsync();
        var received = batch.Upstream.Stats.Received;
        var same = await batch.NewChances().TryAsync(message, id, default).WithinPatience();

        Assert.Null(other);
        Assert.Equal((false, _time.GetUtcNow().AddMinutes(3)), (orchestration.IsSettled, orchestration.ComeBackAt));
        Assert.Equal(Items, received); // Neither called anybody.
        Assert.Equal((true, 5), (same!.IsDone, same.Gain.Completed));
    }

    [Fact]
    public async Task TryAsync_HostStops_TheTryIsNotLost()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1, MaxRetries = 1 });
        await RunToQueueAsync(batch);
        var (first, id) = await TakeAsync(batch, RetryQueue.Name);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };

        var stopped = await batch.NewChances().TryAsync(first, id, new CancellationToken(canceled: true)).WithinPatience();
        var (second, nextId) = await TakeAsync(batch, RetryQueue.Name);
        var report = await batch.NewChances().TryAsync(second, nextId, default).WithinPatience();

        Assert.Equal(new RetryReport(0, Tally.Zero, false), stopped);
        Assert.Equal((true, 5), (report!.IsDone, report.Gain.Completed));
    }

    [Fact]
    public async Task TryAsync_BatchIsStoppedByAKey_GivesTheSliceBack()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1 });
        await RunToQueueAsync(batch);
        var (message, id) = await TakeAsync(batch, RetryQueue.Name);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Keys = ["sk-other"] };

        var report = await batch.NewChances().TryAsync(message, id, default).WithinPatience();

        Assert.StartsWith("The upstream refused the API key", report!.StopReason);
        Assert.Equal([0], (await batch.NewAuditor().AuditAsync(TestBatch.Id, default)).Short);
    }

    [Fact]
    public async Task RunAsync_OfTheOrchestrationAgain_TakesTheSliceBackAndTheMessageIsVoid()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1 });
        await RunToQueueAsync(batch);
        var (message, id) = await TakeAsync(batch, RetryQueue.Name);
        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);

        var closed = await batch.RunAsync();

        Assert.Equal((true, 5), (closed.IsSettled, closed.Tally.Unrun));
        Assert.Equal(new RetryReport(0, Tally.Zero, true), await batch.NewChances().TryAsync(message, id, default));
        Assert.Equal(Items, batch.Upstream.Stats.Received);
    }

    [Fact]
    public async Task AuditAsync_SlicesWait_SaysByWhenAndSendsALostMessageAgain()
    {
        await using var batch = await StartAsync(new BatchOptions { MaxPasses = 1 });
        var (counted, _) = await RunToQueueAsync(batch);
        await TakeAsync(batch, RetryQueue.Name); // And lost.

        var audit = await batch.NewAuditor().AuditAsync(TestBatch.Id, default);
        Assert.Equal((0, 1, 5L, counted), (audit.Short.Count, audit.Tickets, audit.InRetry, audit.Tally));
        Assert.Equal(_time.GetUtcNow().AddMinutes(3), audit.RetryBy);
        _time.Advance(TimeSpan.FromMinutes(3.1));
        await batch.NewAuditor().AuditAsync(TestBatch.Id, default);

        var (message, id) = await TakeAsync(batch, RetryQueue.Name);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };
        Assert.True((await batch.NewChances().TryAsync(message, id, default).WithinPatience())!.IsDone);
    }

    // A hundred items, five of which fail.
    private Task<TestBatch> StartAsync(BatchOptions options) => TestBatch.CreateAsync(
        azurite,
        Enumerable.Range(1, Items).Select(i => TestBatch.Source($"{i}", i % 20 == 0 ? $"POISON {i}" : $"Herd {i}.")),
        Poisoned, options: options, time: _time);

    private async Task<(Tally Counted, long InRetry)> RunToQueueAsync(TestBatch batch)
    {
        for (var pass = 1; ; pass++)
        {
            var result = await batch.RunAsync(pass);
            Assert.Equal((false, 5, null), (result.IsSettled, result.Left, result.StopReason));
            if (result.IsInRetry)
            {
                return (result.Tally, result.Left);
            }
        }
    }

    /// <summary>The next message for the batch; other tests' are left alone.</summary>
    private async Task<(RetryMessage Message, string Id)> TakeAsync(TestBatch batch, string name)
    {
        var queue = _queues.GetQueueClient(name);
        while (true)
        {
            foreach (QueueMessage found in (await queue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(1))).Value)
            {
                var message = RetryMessage.Read(found.Body);
                if (batch.Queue.IsOurs(message))
                {
                    await queue.DeleteMessageAsync(found.MessageId, found.PopReceipt);
                    return (message, found.MessageId);
                }
            }

            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
