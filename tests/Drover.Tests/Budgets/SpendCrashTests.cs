using Drover.Budgets;
using Drover.Tests.Webhooks;

namespace Drover.Tests.Budgets;

public sealed class SpendCrashTests(AzuriteFixture azurite)
{
    private const decimal Limit = 0.05m;

    private static readonly BudgetOptions Options = new() { PerBatch = Limit };
    private static readonly List<string> Items = [.. Enumerable.Range(0, 10).Select(i => $"item-{i}")];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnyStorageOperation_TheLastBeforeADeath_LosesNothingAndCountsNothingTwice(bool lastAnswerIsLost)
    {
        var operations = await CountAsync();
        Assert.True(operations > 6, $"Only {operations} operations.");

        await Parallel.ForAsync(
            0, operations, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (n, _) => await DieAtAsync(n, lastAnswerIsLost));
    }

    [Fact]
    public async Task Alerts_CrossedByAnyProcess_ReachTheWebhookOnce()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var options =
            new BudgetOptions { PerBatch = 1, AlertUrl = receiver.Url.ToString(), AlertSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
        var blobs = await azurite.CreateContainerAsync();
        await using (var first = new Spender(azurite, blobs, options))
        await using (var second = new Spender(azurite, blobs, options))
        {
            foreach (var (process, item) in new[] { (first, "a"), (second, "b") })
            {
                SpendAnswer answer;
                do
                {
                    answer = await process.Ledger.ReserveAsync("x", item, 0.45m, default);
                }
                while (answer is SpendAnswer.Busy);
                Assert.IsType<SpendAnswer.Granted>(answer).Reservation.Settle(0.45m);
            }
        }

        Assert.Equal([50, 80], receiver.Messages.Select(m => m.Id).Distinct().Order().Select(id => int.Parse(id.Split('-')[^1])));
        Assert.Contains("\"scope\":\"batch\",\"period\":\"x\",\"percent\":80,\"limit_usd\":1,", receiver.Messages.Last().Body);
        Assert.Equal(2, receiver.Messages.Count);
    }

    private async Task<int> CountAsync()
    {
        var storage = new FailingStorage(int.MaxValue - 1, false);
        await using (var process = new Spender(azurite, await azurite.CreateContainerAsync(), Options, storage))
        {
            await RunAsync(process, new Till(), Items);
        }

        return storage.Count;
    }

    private async Task DieAtAsync(int operations, bool lastAnswerIsLost)
    {
        var blobs = await azurite.CreateContainerAsync();
        var till = new Till();
        var storage = new FailingStorage(operations, lastAnswerIsLost);
        var victim = new Spender(azurite, blobs, Options, storage);
        var run = RunAsync(victim, till, Items);
        await Task.WhenAny(run, storage.Failed).WithinPatience();
        victim.Kill();
        await run.WithinPatience();

        await using var heir = new Spender(azurite, blobs, Options, time: new ShiftedTime(TimeSpan.FromSeconds(30)));
        await RunAsync(heir, till, Items.Where(i => !till.Answered.ContainsKey(i)));
        var total = await heir.Ledger.CloseBatchAsync("b", true, till.OutcomesAsync, default).WithinPatience();
        var state = await heir.Ledger.ReadAsync("b", default);

        var message = $"Dead after {operations} operations: {till.Paid} paid, {total} in the ledger.";
        Assert.True(Items.All(till.Answered.ContainsKey), message);
        Assert.True(till.Paid <= Limit, message);

        // A call that was in the sheet, and had not been sent yet when the process died, cannot be told from one that had.
        Assert.True(total >= till.Paid && total - till.Paid <= 4 * 0.0016m, message);
        Assert.Equal((total, 0m), (state.Scopes[0].SettledUsd, state.Scopes[0].ReservedUsd));
    }

    private static async Task RunAsync(Spender process, Till till, IEnumerable<string> items)
    {
        try
        {
            await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (item, _) =>
            {
                var loses = item.EndsWith('3');
                while (!till.Answered.ContainsKey(item))
                {
                    if (await process.CallAsync(till, item, TimeSpan.FromMilliseconds(1), loses: loses) is SpendAnswer.Granted)
                    {
                        loses = false;
                    }
                }
            });
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Killed.
        }
    }
}
