using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Retries;
using Drover.Simulator;
using Drover.Tests.Batches;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Retries;

public sealed class ReopenerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task ReopenAsync_ByCode_RunsThoseAgainAndLeavesTheOthers()
    {
        await using var batch = await EndedAsync();
        var before = await batch.ResultsAsync();
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };

        await NewReopener(batch).ReopenAsync(TestBatch.Id, ["500"], default);

        Assert.Equal([0], (await batch.NewAuditor().AuditAsync(TestBatch.Id, default)).Short);
        Assert.Equal(["wrong"], (await batch.ErrorsAsync()).Select(Id));
        var (last, _) = await batch.SettleAsync();
        Assert.Equal((6, 1), (last.Tally.Completed, last.Tally.Failed));
        Assert.Equal(before.Select(l => l.GetRawText()), (await batch.ResultsAsync()).Take(before.Count).Select(l => l.GetRawText()));
        Assert.Equal((6, 0), (batch.Upstream.Stats.Processed, batch.Upstream.Stats.Repeated));
        Assert.Null(await batch.Tickets.FindAsync(TestBatch.Id, 0, default));
    }

    [Fact]
    public async Task ReopenAsync_DiedInTheMiddle_EndsAsItBegan()
    {
        await using var batch = await EndedAsync();
        await NewReopener(batch).ReopenAsync(TestBatch.Id, ["500"], default);
        var wrong = Assert.Single(await batch.ErrorsAsync()).GetRawText();
        var (ticket, tag) = (await batch.Tickets.FindAsync(TestBatch.Id, 0, default))!.Value;
        await batch.Tickets.WriteAsync(TestBatch.Id, 0, ticket with { Remaining = [wrong] }, tag, default);
        await batch.Blobs.Errors(TestBatch.Id, 0).CreateAsync();

        await NewReopener(batch).ReopenAsync(TestBatch.Id, ["500"], default);

        Assert.Equal(wrong, Assert.Single(await batch.ErrorsAsync()).GetRawText());
        Assert.Null((await batch.Tickets.FindAsync(TestBatch.Id, 0, default))!.Value.Ticket.Remaining);
    }

    [Fact]
    public async Task ReopenAsync_WhatWasPaidForAnError_IsInTheCostOfItsNextOutcome()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(3));
        var log = await OutcomeLog.OpenAsync(batch.Blobs, TestBatch.Id, 0, default);
        const string Unreadable =
            """{"custom_id":"2","response":{"status_code":200,"body":{}},"error":{"code":"unreadable_reply","message":"No."},"drover":{"attempts":1,"cost_usd":0.5,"input_tokens":7,"output_tokens":3}}""" + "\n";
        await log.AppendAsync([PendingOutcome.FromLine(Encoding.UTF8.GetBytes(Unreadable), isError: true)], isErrors: true, default);
        await batch.SettleAsync();
        var edition = await LastPositionAsync(batch);

        await NewReopener(batch).ReopenAsync(TestBatch.Id, [], default);
        var (last, _) = await batch.SettleAsync();

        var stats = batch.Upstream.Stats;
        Assert.Equal(
            (3, 0, stats.CostUsd + 0.5m, stats.PromptTokens + 7),
            (last.Tally.Completed, last.Tally.Failed, last.Tally.CostUsd, last.Tally.InputTokens));
        // A reader begins anew …
        Assert.Equal(3, await new OutcomeFeed(batch.Blobs).ReadAsync(TestBatch.Id, FeedPosition.Parse(edition)!, default).CountAsync());
        // … once.
        Assert.Equal(
            0,
            await new OutcomeFeed(batch.Blobs).ReadAsync(TestBatch.Id, FeedPosition.Parse(await LastPositionAsync(batch))!, default)
                .CountAsync());
    }

    [Fact]
    public async Task ReopenAsync_Cancelled_OpensTheBatchWithANewWindow()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(3));
        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);
        await batch.SettleAsync();
        await batch.Store.WriteFinalAsync(
            TestBatch.Id, new FinalRecord(BatchStatus.Cancelled, null, 3, 0, Tally.Zero, DateTimeOffset.UtcNow), default);

        await batch.Store.UncloseAsync(TestBatch.Id, default);
        await NewReopener(batch).ReopenAsync(TestBatch.Id, ["batch_cancelled"], default);

        Assert.Null(await batch.Store.FindFinalAsync(TestBatch.Id, default));
        Assert.Equal(3, (await batch.SettleAsync()).Last.Tally.Completed);
    }

    [Fact]
    public async Task ReopenAsync_CancelledAgainWhileItIsReopened_CallsNothing()
    {
        await using var batch = await EndedAsync();
        var received = batch.Upstream.Stats.Received;
        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);

        await NewReopener(batch).ReopenAsync(TestBatch.Id, ["500"], default);

        Assert.Equal(2, (await batch.SettleAsync()).Last.Tally.Unrun);
        Assert.Equal(received, batch.Upstream.Stats.Received);
    }

    // Four results, two errors of the upstream's, and one that is rejected for what it asks.
    private async Task<TestBatch> EndedAsync()
    {
        var batch = await TestBatch.CreateAsync(
            azurite,
            [.. TestBatch.Sources(4), TestBatch.Source("bad1", "POISON 1"), TestBatch.Source("bad2", "POISON 2"), Wrong],
            new SimulatorOptions { Poison = "POISON" },
            options: new BatchOptions { MaxPasses = 1, MaxRetries = 0 });
        Assert.Equal((4, 3), (await batch.RunAsync()) is { IsSettled: true, Tally: var tally } ? (tally.Completed, tally.Failed) : default);
        return batch;
    }

    private const string Wrong =
        """{"custom_id":"wrong","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[]}}""";

    private static Reopener NewReopener(TestBatch batch) =>
        new(batch.Blobs, batch.Store, batch.Tickets, batch.Options, TimeProvider.System, NullLogger<Reopener>.Instance);

    private static async Task<string> LastPositionAsync(TestBatch batch) =>
        (await new OutcomeFeed(batch.Blobs).ReadAsync(TestBatch.Id, FeedPosition.Start, default).LastAsync()).Position.ToString();

    private static string Id(JsonElement line) => line.GetProperty("custom_id").GetString()!;
}
