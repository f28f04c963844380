using Drover.Batches;
using Drover.Budgets;
using Drover.Files;
using Drover.Functions.Webhooks;
using Drover.Outcomes;
using Drover.Shards;
using Drover.Webhooks;

namespace Drover.Functions.Orchestration;

/// <summary>Activity: writes a batch's final record, with the counts that storage holds.</summary>
public sealed class FinishBatch(
    BatchStore store, Auditor auditor, FileStore files, SpendLedger ledger, OutcomeFiles outcomes, WebhookOptions webhooks,
    TimeProvider time)
{
    private const int MostErrorCodes = 10;

    [Function(nameof(FinishBatch))]
    public async Task<FinalRecord> RunAsync(
        [ActivityTrigger] FinishBatchInput ending, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var spec = await store.FindAsync(ending.BatchId, cancellationToken);
        var isStage = BatchSpec.IsStage(ending.BatchId);
        var tally = ending.Tally ?? (ending.Plan.Problem is null ? await CountAsync(ending.BatchId, cancellationToken) : Tally.Zero);
        var record = new FinalRecord(ending.Status, ending.Reason, ending.Plan.Items, ending.Plan.Invalid, tally, time.GetUtcNow())
        {
            Code = ending.Plan.ProblemCode,
            Model = ending.Plan.Model,
            InProgressAt = ending.Plan.Problem is null ? ending.Plan.At : null,
            FinalizingAt = ending.FinalizingAt,
            Errors = isStage || tally.Failed + ending.Plan.Invalid == 0
                ? null
                : (await outcomes.SummariseErrorsAsync(ending.BatchId, cancellationToken)).Commonest(MostErrorCodes),
            SpentUsd = isStage ? null : await CloseSpendingAsync(ending, tally, spec?.Payer ?? ending.BatchId, cancellationToken),
        };
        if (spec is not null && !isStage)
        {
            await files.PublishAsync(spec, tally, ending.Plan.Invalid, cancellationToken);
        }

        await store.WriteFinalAsync(ending.BatchId, record, cancellationToken);
        if (!isStage && webhooks.Url.Length > 0)
        {
            await TellAsync(client, BatchEvent.Of(ending.BatchId, record.Status, ending.Plan.At, record.EndedAt), cancellationToken);
        }

        return record;
    }

    // Run again after a crash, this finds the event under way or sent.
    private static async Task TellAsync(DurableTaskClient client, BatchEvent batchEvent, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(batchEvent.Id, getInputsAndOutputs: false, cancellationToken) is null)
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(WebhookOrchestrator), batchEvent, new StartOrchestrationOptions(InstanceId: batchEvent.Id), cancellationToken);
        }
    }

    private async Task<decimal?> CloseSpendingAsync(
        FinishBatchInput ending, Tally tally, Payer payer, CancellationToken cancellationToken) =>
        await ledger.IsLimitedAsync(payer, cancellationToken)
            ? await ledger.CloseBatchAsync(
                ending.BatchId,
                resumable: ending.Status is BatchStatus.Stopped or BatchStatus.Failed || tally.Failed + tally.Unrun > 0,
                cancellation => outcomes.CostsAsync(IdsOf(ending), cancellation),
                cancellationToken)
            : null;

    // The calls of a batch with stages are those of its stages.
    private static IEnumerable<string> IdsOf(FinishBatchInput ending) => ending.Stages == 0
        ? [ending.BatchId]
        : Enumerable.Range(1, ending.Stages).Select(stage => BatchSpec.StageId(ending.BatchId, stage));

    private async Task<Tally> CountAsync(string batchId, CancellationToken cancellationToken)
    {
        try
        {
            return await auditor.CountAsync(batchId, cancellationToken);
        }
        catch (Exception e) when (e is BrokenBatchException)
        {
            return Tally.Zero; // Storage has lost the batch itself, which the reason says; so there is nothing to count.
        }
    }
}
