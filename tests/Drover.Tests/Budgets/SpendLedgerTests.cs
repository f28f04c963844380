using Azure.Storage.Blobs;
using Drover.Budgets;
using Drover.LocalRuntime;
using Drover.Storage;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Budgets;

public sealed class SpendLedgerTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task ReserveAsync_SettledReleasedAndLost_AddsUpAndLeavesNothingBehind()
    {
        var blobs = await azurite.CreateContainerAsync();
        await using var process = new Spender(azurite, blobs, new BudgetOptions { PerBatch = 1 });
        var settled = await GrantedAsync(process, "a", 0.5m);
        var released = await GrantedAsync(process, "b", 0.25m);
        var lost = await GrantedAsync(process, "c", 0.25m);

        settled.Settle(0.125m);
        released.Release();
        lost.Lost();
        var total = await process.Ledger.CloseBatchAsync("x", false, null, default).WithinPatience();
        await process.DisposeAsync();

        Assert.Equal(0.125m + 0.25m, total);
        Assert.Equal(["ledgers/spend.json"], await NamesAsync(blobs));
    }

    [Fact]
    public async Task ReserveAsync_LostCallOfAnItemThatSettlesLater_CostsTheSame()
    {
        await using var process = new Spender(azurite, await azurite.CreateContainerAsync(), new BudgetOptions { PerBatch = 1 });
        (await GrantedAsync(process, "a", 0.5m)).Lost();
        (await GrantedAsync(process, "a", 0.5m)).Settle(0.1m);

        await Eventually.TrueAsync(async () => (await process.Ledger.ReadAsync("x", default)).Scopes[0].SettledUsd == 0.2m);
    }

    [Fact]
    public async Task ReserveAsync_LimitSpent_SaysSoAndGoesOnUnderAHigherOne()
    {
        await using var process = new Spender(
            azurite, await azurite.CreateContainerAsync(), new BudgetOptions { PerDay = 100, WhenSpent = WhenSpent.Wait });
        await process.Ledger.SetBatchLimitAsync("x", 1, null, 0, default);
        (await GrantedAsync(process, "a", 0.75m)).Settle(0.75m);

        var spent = Assert.IsType<SpendAnswer.Spent>(await AnswerAsync(process, "b", 0.5m));
        await process.Ledger.SetBatchLimitAsync("x", 1.25m, null, 0, default);
        (await GrantedAsync(process, "b", 0.5m)).Settle(0.5m);

        Assert.Equal((BudgetScope.Batch, 1m, 0.75m, 0.5m), (spent.Scope, spent.LimitUsd, spent.SpentUsd, spent.WorstCaseUsd));
        Assert.Equal((null, WhenSpent.Stop), (spent.BeginsAnew, spent.WhenSpent));
        Assert.Equal("The budget of the batch, 1.00 USD, is spent: 0.75 USD, and the next call may cost 0.50 USD.", spent.Message);
        Assert.Equal(1.25m, await process.Ledger.CloseBatchAsync("x", true, null, default).WithinPatience());
    }

    [Fact]
    public async Task ReserveAsync_DaySpent_SaysWhenItBeginsAnew()
    {
        await using var process = new Spender(
            azurite, await azurite.CreateContainerAsync(), new BudgetOptions { PerDay = 1, WhenSpent = WhenSpent.Wait });

        var spent = Assert.IsType<SpendAnswer.Spent>(await AnswerAsync(process, "b", 1.5m));

        Assert.Equal((BudgetScope.Day, WhenSpent.Wait), (spent.Scope, spent.WhenSpent));
        Assert.Equal(SpendScopes.EndOf(BudgetScope.Day, SpendScopes.DayOf(TimeProvider.System.GetUtcNow())), spent.BeginsAnew);
    }

    [Fact]
    public async Task ReserveAsync_KeysDaySpent_HoldsOverAllItsBatchesAndProcessesAndForNobodyElse()
    {
        var blobs = await azurite.CreateContainerAsync();
        var options = new BudgetOptions { Keys = { ["alice"] = new KeyBudget { PerDay = 1 }, ["bob"] = new KeyBudget { PerMonth = 1 } } };
        await using (var first = new Spender(azurite, blobs, options))
        {
            (await GrantedAsync(first, "a", 0.75m, new Payer("x", "alice"))).Settle(0.5m);
            (await GrantedAsync(first, "b", 0.25m, new Payer("x", "alice"))).Lost();
        }

        await using var second = new Spender(azurite, blobs, options);
        var spent = Assert.IsType<SpendAnswer.Spent>(await AnswerAsync(second, "c", 0.5m, new Payer("y", "alice")));
        (await GrantedAsync(second, "c", 0.25m, new Payer("y", "alice"))).Settle(0.25m);
        (await GrantedAsync(second, "d", 1, new Payer("z", "bob"))).Settle(1);
        (await GrantedAsync(second, "e", 5, "z")).Release();

        Assert.Equal((BudgetScope.KeyDay, 1m, 0.75m), (spent.Scope, spent.LimitUsd, spent.SpentUsd));
        Assert.Equal(
            "The budget of the key for the day, 1.00 USD, is spent: 0.75 USD, and the next call may cost 0.50 USD.", spent.Message);
        Assert.Equal(SpendScopes.EndOf(BudgetScope.Day, SpendScopes.DayOf(TimeProvider.System.GetUtcNow())), spent.BeginsAnew);
        Assert.True(await second.Ledger.IsLimitedAsync(new Payer("y", "alice"), default));
        Assert.False(await second.Ledger.IsLimitedAsync("y", default));
        await Eventually.TrueAsync(
            async () =>
                (await second.Ledger.ReadAsync(new Payer("y", "alice"), default))
                    .Scopes[3] is { SettledUsd: 0.75m, ReservedUsd: 0.25m, AlertPercent: 100 });
        Assert.Equal(3, (await second.Ledger.ReadAsync("y", default)).Scopes.Count);
    }

    [Fact]
    public async Task ReserveAsync_RestIsHeldByACallUnderWay_IsBusyAndNotSpent()
    {
        var blobs = await azurite.CreateContainerAsync();
        await using var first = new Spender(azurite, blobs, new BudgetOptions { PerBatch = 1 });
        await using var second = new Spender(azurite, blobs, new BudgetOptions { PerBatch = 1 });
        var held = await GrantedAsync(first, "a", 0.75m);

        var asked = TimeProvider.System.GetUtcNow();
        var busy = Assert.IsType<SpendAnswer.Busy>(await second.Ledger.ReserveAsync("x", "b", 0.75m, default));
        var answered = TimeProvider.System.GetUtcNow();
        held.Settle(0.25m);
        (await GrantedAsync(second, "b", 0.75m)).Settle(0.5m);

        // It waited for two seconds (timers count in milliseconds of their own), and is to come back one second after it was told so.
        Assert.InRange(busy.ComeBackAt, asked + TimeSpan.FromSeconds(2.95), answered + TimeSpan.FromSeconds(1));
        Assert.Equal(0.75m, await first.Ledger.CloseBatchAsync("x", false, null, default).WithinPatience());
    }

    [Fact]
    public async Task IsLimitedAsync_NoLimit_IsFalseUntilTheBatchHasOne()
    {
        var blobs = await azurite.CreateContainerAsync();
        await using var process = new Spender(azurite, blobs, new BudgetOptions());

        Assert.False(await process.Ledger.IsLimitedAsync("x", default));
        Assert.Empty(await NamesAsync(blobs));
        await process.Ledger.SetBatchLimitAsync("x", 1, null, 0, default);
        Assert.True(await process.Ledger.IsLimitedAsync("x", default));
        Assert.False(await process.Ledger.IsLimitedAsync("y", default));
    }

    [Fact]
    public async Task ReserveAsync_StorageAway_IsBusy()
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        var nowhere = new BlobServiceClient(AzuriteEndpoints.Free().ConnectionString, options).GetBlobContainerClient("c");
        using var webhooks = new WebhookSender(TimeProvider.System, NullLogger<WebhookSender>.Instance);
        await using var ledger = new SpendLedger(
            new ContainerLayout(nowhere), new BudgetOptions { PerDay = 1 }, webhooks, TimeProvider.System, new Random(1),
            NullLogger<SpendLedger>.Instance);

        Assert.IsType<SpendAnswer.Busy>(await ledger.ReserveAsync("x", "a", 0.1m, default));
        Assert.Equal("Storage does not answer; calls under a budget wait.", ledger.Trouble);
    }

    [Fact]
    public async Task ReserveAsync_Cancelled_ReservesNothing()
    {
        await using var process = new Spender(azurite, await azurite.CreateContainerAsync(), new BudgetOptions { PerBatch = 1 });
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await process.Ledger.ReserveAsync("x", "a", 1, cancelled.Token));

        (await GrantedAsync(process, "b", 1)).Settle(1);
    }

    [Fact]
    public async Task ManyProcesses_SomeKilled_NeverAboveTheLimitAndTheBooksEqualTheTill()
    {
        var blobs = await azurite.CreateContainerAsync();
        var options = new BudgetOptions { PerBatch = 0.5m };
        var till = new Till();
        var items = Enumerable.Range(0, 1_500).Select(i => $"item-{i}").ToList();
        var processes = Enumerable.Range(0, 4).Select(_ => new Spender(azurite, blobs, options)).ToList();
        var runs = processes.Select((p, n) => RunAsync(p, till, items.Where((_, i) => i % 4 == n))).ToList();
        await Eventually.TrueAsync(() => till.Paid > 0.15m);
        processes[0].Kill();
        await Eventually.TrueAsync(() => till.Paid > 0.25m);
        processes[1].Kill();
        await Task.WhenAll(runs).WithinPatience();

        // What is settled was paid, and what is paid is booked. The batch is spent when the rest does not suffice for one call.
        var batch = (await processes[3].Ledger.ReadAsync("b", default)).Scopes[0];
        var booked = batch.SettledUsd + batch.ReservedUsd;
        Assert.InRange(till.Paid, batch.SettledUsd, booked);
        Assert.InRange(booked, 0.5m - Till.MostPerCall, 0.5m);
        Assert.InRange(till.Paid, 0.35m, 0.5m);

        await using var last = new Spender(azurite, blobs, options, time: new ShiftedTime(TimeSpan.FromSeconds(30)));
        await last.Ledger.SetBatchLimitAsync("b", 10, null, 0, default);
        await RunAsync(last, till, items.Where(i => !till.Answered.ContainsKey(i)));
        Assert.Equal(items.Count, till.Answered.Count);
        await Task.WhenAll(processes.Select(p => p.DisposeAsync().AsTask())).WithinPatience();
        var total = await last.Ledger.CloseBatchAsync("b", false, till.OutcomesAsync, default).WithinPatience();

        // Calls of a killed process that were reserved, and not sent, are charged.
        Assert.InRange(total, till.Paid, till.Paid + 0.02m);
        Assert.Equal(0, (await last.Ledger.ReadAsync("b", default)).Scopes[1].ReservedUsd);
    }

    private static async Task RunAsync(Spender process, Till till, IEnumerable<string> items)
    {
        var isSpent = false;
        try
        {
            await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (item, _) =>
            {
                while (!Volatile.Read(ref isSpent))
                {
                    var answer = await process.CallAsync(till, item, Latency);
                    isSpent |= answer is SpendAnswer.Spent;
                    if (answer is SpendAnswer.Granted)
                    {
                        return;
                    }
                }
            });
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Killed.
        }
    }

    private static async Task<SpendAnswer> AnswerAsync(Spender process, string item, decimal worst, Payer? payer = null)
    {
        SpendAnswer answer;
        do
        {
            answer = await process.Ledger.ReserveAsync(payer ?? "x", item, worst, default);
        }
        while (answer is SpendAnswer.Busy);
        return answer;
    }

    private static async Task<Reservation> GrantedAsync(Spender process, string item, decimal worst, Payer? payer = null) =>
        Assert.IsType<SpendAnswer.Granted>(await AnswerAsync(process, item, worst, payer)).Reservation;

    private static async Task<List<string>> NamesAsync(ContainerLayout blobs)
    {
        var names = new List<string>();
        await foreach (var blob in blobs.Container.GetBlobsAsync())
        {
            names.Add(blob.Name);
        }

        return names;
    }
}
