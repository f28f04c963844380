using Drover.Batches;
using Drover.Budgets;
using Drover.Budgets.Ledger;
using Drover.Files;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Batches;

/// <summary>Says how a batch stands: from its orchestration's status, its open shards, or its final record.</summary>
public sealed class BatchViews(BatchStore store, ShardClaims shards, SpendLedger ledger, BatchHealth troubles, BatchAdmission admission,
    TimeProvider time)
{
    /// <summary>The view of a batch, or null when there is none of that id.</summary>
    public async Task<BatchView?> FindAsync(DurableTaskClient client, string batchId, CancellationToken cancellationToken) =>
        await store.FindAsync(batchId, cancellationToken) is { } spec ? await OfAsync(client, spec, cancellationToken) : null;

    /// <summary>The view of a batch.</summary>
    public async Task<BatchView> OfAsync(DurableTaskClient client, BatchSpec spec, CancellationToken cancellationToken) =>
        await WithClosingAsync(await OfInstanceAsync(client, spec, cancellationToken), cancellationToken);

    /// <summary>The limits of money that hold for a batch, and how they stand; null where none is set.</summary>
    public async Task<IReadOnlyList<SpendScopeState>?> FindBudgetsAsync(string batchId, CancellationToken cancellationToken) =>
        await store.FindAsync(batchId, cancellationToken) is { } spec && await SpendingOfAsync(spec, cancellationToken) is { } spending
            ? Limits(spending)
            : null;

    private async Task<BatchView> OfInstanceAsync(DurableTaskClient client, BatchSpec spec, CancellationToken cancellationToken)
    {
        spec = spec with { ExpiresAt = await store.ExpiresAtAsync(spec, time.GetUtcNow(), cancellationToken) };
        var instance = await client.GetInstanceAsync(spec.Id, getInputsAndOutputs: true, cancellationToken);
        if (instance is null or { RuntimeStatus: OrchestrationRuntimeStatus.Completed })
        {
            var final = instance?.ReadOutputAs<FinalRecord>() ?? await store.FindFinalAsync(spec.Id, cancellationToken);
            return final is null
                ? View(spec, BatchStatus.Validating, 0, 0, Tally.Zero)
                : View(spec, final.Status, final.Items, final.Invalid, final.Tally) with
                {
                    Reason = final.Reason,
                    Code = final.Code,
                    Errors = final.Errors,
                    SpentUsd = final.SpentUsd,
                    Model = final.Model ?? spec.Model,
                    InProgressAt = final.InProgressAt,
                    FinalizingAt = final.FinalizingAt,
                    EndedAt = final.EndedAt,
                };
        }

        if (instance.IsCompleted)
        {
            return View(
                spec, BatchStatus.Failed, 0, 0,
                Tally.Zero) with
            { Reason = instance.FailureDetails?.ErrorMessage ?? "The orchestration was terminated." };
        }

        if (instance.ReadCustomStatusAs<BatchProgress>() is not { } progress)
        {
            return View(spec, BatchStatus.Validating, 0, 0, Tally.Zero);
        }

        var tally = await TallyAsync(spec.Id, progress, cancellationToken);
        var stage = default(StageProgress);
        if (progress.Stage is { } number)
        {
            (stage, var of) = await StageAsync(client, spec.Id, number, cancellationToken);
            tally += of with { Completed = 0, Failed = 0, Unrun = 0 };
        }

        // A status that already says how it ends is shown as such only when the final record is there.
        var status = BatchStatus.IsEnd(progress.Status) ? BatchStatus.Finalizing : progress.Status;
        var spending = await SpendingOfAsync(spec, cancellationToken);
        var view = View(spec, status, progress.Items, progress.Invalid, tally);
        return view with
        {
            Counts = view.Counts with { InRetry = Math.Min(progress.InRetry, view.Counts.Remaining) },
            Budgets = spending is null ? null : Limits(spending),
            Trouble = admission.Deferred(spec.Id) ?? troubles.Find(spending),
            Stage = stage,
            Model = progress.Model ?? spec.Model,
            InProgressAt = progress.InProgressAt,
            FinalizingAt = progress.FinalizingAt,
        };
    }

    private async Task<Tally> TallyAsync(string batchId, BatchProgress progress, CancellationToken cancellationToken)
    {
        var tally = progress.Settled;
        foreach (var shard in progress.Open)
        {
            tally += await shards.ReadTallyAsync(batchId, shard, cancellationToken);
        }

        return tally;
    }

    private async Task<(StageProgress Stage, Tally Tally)> StageAsync(
        DurableTaskClient client, string batchId, int number, CancellationToken cancellationToken)
    {
        var id = BatchSpec.StageId(batchId, number);
        var instance = await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        if (instance?.ReadCustomStatusAs<BatchProgress>() is not { } progress)
        {
            return (new StageProgress(number, 0, 0), Tally.Zero);
        }

        var tally = await TallyAsync(id, progress, cancellationToken);
        return (new StageProgress(number, progress.Items, tally.Settled), tally);
    }

    private async Task<SpendState?> SpendingOfAsync(BatchSpec spec, CancellationToken cancellationToken) =>
        await ledger.IsLimitedAsync(spec.Payer, cancellationToken) ? await ledger.ReadAsync(spec.Payer, cancellationToken) : null;

    private static IReadOnlyList<SpendScopeState> Limits(SpendState spending) => [.. spending.Scopes.Where(s => s.LimitUsd is not null)];

    // The orchestration may not have heard of it yet, above all when nothing runs it at the moment.
    private async Task<BatchView> WithClosingAsync(BatchView view, CancellationToken cancellationToken) =>
        (!view.HasEnded || view.Status == BatchStatus.Cancelled) && await store.ClosingAtAsync(view.Id, cancellationToken) is { } at
            ? view with { Status = view.HasEnded ? view.Status : BatchStatus.Cancelling, CancellingAt = at }
            : view;

    private static BatchView View(BatchSpec spec, string status, long items, long invalid, Tally tally) => new()
    {
        Id = spec.Id,
        Status = status,
        Input = spec.InputName,
        InputFileId = FileStore.InputOf(spec),
        Endpoint = spec.Endpoint,
        Recipe = spec.Recipe,
        Model = spec.Model,
        Upstream = spec.Upstream,
        Simulated = spec.Simulated,
        CreatedAt = spec.CreatedAt,
        ExpiresAt = spec.ExpiresAt,
        Counts = new Counts(
            items + invalid, tally.Completed, tally.Failed + invalid, invalid, tally.Unrun, Math.Max(0, items - tally.Settled)),
        InputTokens = tally.InputTokens,
        OutputTokens = tally.OutputTokens,
        CachedTokens = tally.CachedTokens,
        ReasoningTokens = tally.ReasoningTokens,
        CostUsd = tally is { Unpriced: > 0, CostUsd: 0 } ? null : tally.CostUsd,
        Unpriced = tally.Unpriced,
        Metadata = spec.Metadata,
        Links = new Dictionary<string, string>
        {
            ["self"] = $"/api/batches/{spec.Id}",
            ["results"] = $"/api/batches/{spec.Id}/results",
            ["errors"] = $"/api/batches/{spec.Id}/errors",
            ["cancel"] = $"/api/batches/{spec.Id}/cancel",
            ["retry"] = $"/api/batches/{spec.Id}/retry",
        },
    };
}
