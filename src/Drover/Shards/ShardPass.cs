using Drover.Batches;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Upstreams;

namespace Drover.Shards;

/// <summary>
/// One pass over the items of a shard that have no outcome: launches a run for each, in order, and closes what is left when the batch
/// closes.
/// </summary>
/// <remarks>In the last pass (<c>isLast</c>) a failure for a passing reason is the item's error.</remarks>
internal sealed class ShardPass(PassWork work, ClosingWatch watch, bool isLast, BatchOptions options, TimeProvider time)
{
    private readonly List<(string Id, CallResult Failure)> _failed = [];

    /// <summary>The first item that was not tried, as its place among those given; null when all were.</summary>
    public int? FirstUntried { get; private set; }

    /// <summary>The items that failed for a passing reason.</summary>
    public IReadOnlyList<(string Id, CallResult Failure)> Failed => _failed;

    /// <summary>Whether every item was tried.</summary>
    public bool IsWhole => FirstUntried is null;

    /// <summary>Runs the pass. When it returns, no call is under way and every outcome is with the writer.</summary>
    public async Task RunAsync(IReadOnlyList<Item> items, CancellationToken stopping)
    {
        using var slice = new CancellationTokenSource(options.PassSlice, time);
        using var launching = CancellationTokenSource.CreateLinkedTokenSource(stopping, slice.Token, work.Verdict.Stopped);
        await watch.BeginAsync();
        var runs = new List<Task<CallResult?>>(items.Count);
        try
        {
            foreach (var item in items)
            {
                if (await LaunchAsync(item, launching.Token) is not { } run)
                {
                    break;
                }

                runs.Add(run);
            }
        }
        finally
        {
            await Task.WhenAll(runs);
            await watch.DisposeAsync();
        }

        var untried = runs.FindIndex(r => r.Result is { Outcome: Outcome.NotSent or Outcome.BudgetSpent });
        FirstUntried = untried >= 0 ? untried : runs.Count < items.Count ? runs.Count : null;
        for (var i = 0; i < items.Count; i++)
        {
            if (i >= runs.Count || runs[i].Result is not null)
            {
                Close(items[i], i < runs.Count ? runs[i].Result : null);
            }
        }
    }

    /// <returns>The item's run; null when nothing more is to be launched.</returns>
    private async Task<Task<CallResult?>?> LaunchAsync(Item item, CancellationToken launching)
    {
        if (watch.Closing is not null || launching.IsCancellationRequested || work.Verdict.StopIfPaused())
        {
            return null;
        }

        ItemTurn? turn = null;
        try
        {
            turn = await ItemTurn.TakeAsync(work.Writer, launching);
            return await new ItemRun(work, item, turn).LaunchAsync(launching);
        }
        catch (Exception e)
        {
            turn?.Dispose();
            if (e is OperationCanceledException && launching.IsCancellationRequested)
            {
                return null;
            }

            throw;
        }
    }

    // What has no outcome gets one now if this was its last chance.
    private void Close(Item item, CallResult? left)
    {
        var conversation = work.ConversationOf(item);
        if (watch.Closing is { } reason && conversation is null)
        {
            work.Writer.Add(PendingOutcome.NotRun(work.Spec.Id, item.Id, reason, work.PaidFor(item)), tookRoom: false);
        }
        else if (watch.Closing is not null)
        {
            work.Writer.Add(work.OutcomeOf(item, conversation, left ?? UpstreamPipelines.Stopped, work.Pass), tookRoom: false);
        }
        else if (left is { Outcome: Outcome.Later or Outcome.ConnectionLost })
        {
            // A conversation that was paid for ends with what it has.
            if (isLast || (conversation is not null && work.Pass >= options.MaxPasses))
            {
                work.Writer.Add(work.OutcomeOf(item, conversation, left, work.Pass), tookRoom: false);
            }
            else
            {
                _failed.Add((item.Id, left));
            }
        }
    }
}
