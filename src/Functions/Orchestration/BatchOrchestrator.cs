using Drover.Batches;
using Drover.Shards;

namespace Drover.Functions.Orchestration;

/// <summary>Takes a batch from its input to its final record.</summary>
/// <remarks>
/// Plans it, keeps a bounded window of shards in flight, audits, finishes. History stays short: after
/// <see cref="ShardsPerGeneration"/> shards it continues as new with its counts. Inputs and outputs are references and
/// counts; the items never pass through here.
/// </remarks>
public static class BatchOrchestrator
{
    /// <summary>The event that asks a batch to close early; its payload is the reason, <c>cancelled</c>.</summary>
    public const string CloseEvent = "close";

    /// <summary>The event that says what came of a slice in the retry queue; its payload is a <c>RetryReport</c>.</summary>
    public const string RetriedEvent = "retried";

    /// <summary>How often what storage has lost is looked after.</summary>
    internal const int MostAudits = 10;

    private const int ShardsPerGeneration = 200;

    [Function(nameof(BatchOrchestrator))]
    public static async Task<FinalRecord> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BatchRun run)
    {
        if (run.Reopen is not null)
        {
            await context.CallActivityAsync(nameof(ReopenBatch), new Reopening(run.BatchId, run.Reopen), ActivityRetries.Storage);
            run = run with { Reopen = null };
        }

        if (run.Plan is null)
        {
            context.SetCustomStatus(new BatchProgress(BatchStatus.Validating, 0, 0, Tally.Zero, []));
            var planned = await PlanAsync(context, run.BatchId);
            run = run with { Plan = planned with { At = Now(context) } };
        }

        var plan = run.Plan!;
        if (plan.Problem is not null)
        {
            return await FinishAsync(context, run, BatchStatus.Failed, plan.Problem);
        }

        if (plan.Stage is not null)
        {
            return await RunStageAsync(context, run);
        }

        return await RunShardsAsync(context, run);
    }

    private static async Task<FinalRecord> RunShardsAsync(TaskOrchestrationContext context, BatchRun run)
    {
        var window = new ShardWindow(context, run);
        await window.RunAsync(ShardsPerGeneration);
        run = window.Run;
        if (window.StopReason is not null && (run.Closing is null || run.Audits == MostAudits))
        {
            return await FinishAsync(context, run, BatchStatus.Stopped, window.StopReason);
        }

        if (window.StopReason is not null)
        {
            // It is being closed, and closing calls nothing: go over the shards again.
            context.ContinueAsNew(run with { NextShard = 0, Settled = Tally.Zero, Audits = run.Audits + 1 });
            return null!;
        }

        if (run.NextShard < run.Plan!.Shards)
        {
            context.ContinueAsNew(run);
            return null!;
        }

        return await AuditAsync(context, window);
    }

    // All shards are settled, or say so: what storage holds decides.
    private static async Task<FinalRecord> AuditAsync(TaskOrchestrationContext context, ShardWindow window)
    {
        var auditedAt = Now(context);
        context.SetCustomStatus(window.Progress(BatchStatus.Finalizing) with { FinalizingAt = auditedAt });
        var audit = await context.CallActivityAsync<Audit>(nameof(AuditBatch), window.Run.BatchId, ActivityRetries.Storage);
        // The mark is what the shards went by; the event that tells of it may have come too late to be read.
        var run = window.Run with { Closing = window.Run.Closing ?? audit.Closing, FinalizingAt = null };
        if (audit.Problem is not null)
        {
            return await FinishAsync(context, run, BatchStatus.Stopped, audit.Problem);
        }

        if (audit is { Short.Count: 0, Tickets: > 0 })
        {
            return await WaitForRetriesAsync(context, window, audit);
        }

        if (audit.Short.Count == 0)
        {
            // Now it is known: it was then that all items had their outcome.
            return await FinishAsync(
                context, run with { Settled = audit.Tally, FinalizingAt = auditedAt }, StatusOf(run, audit.Tally), null);
        }

        if (run.Audits == MostAudits)
        {
            return await FinishAsync(
                context, run, BatchStatus.Stopped,
                $"After {MostAudits} audits {audit.Short.Count} shards still fall short of what was written: storage loses writes.");
        }

        context.ContinueAsNew(
            run with
            {
                Again = audit.Short,
                Settled = audit.Tally,
                InRetry = audit.InRetry,
                Tickets = audit.Tickets,
                Audits = run.Audits + 1,
            });
        return null!;
    }

    // All that is left waits in the retry queue. What comes of it is told by events; whether all is done, only an audit can say.
    private static async Task<FinalRecord> WaitForRetriesAsync(TaskOrchestrationContext context, ShardWindow window, Audit audit)
    {
        window.Adopt(audit);
        await window.WaitForRetriesAsync(audit.RetryBy);
        var run = window.Run with { FinalizingAt = null };
        if (window.StopReason is not null)
        {
            return await FinishAsync(context, run, BatchStatus.Stopped, window.StopReason);
        }

        context.ContinueAsNew(run);
        return null!;
    }

    private static async Task<FinalRecord> RunStageAsync(TaskOrchestrationContext context, BatchRun run)
    {
        (run, var status, var reason) = await StageOrchestration.RunAsync(context, run);
        if (status is not null)
        {
            return await FinishAsync(
                context, run with { FinalizingAt = status == BatchStatus.Stopped ? null : Now(context) }, status, reason);
        }

        context.ContinueAsNew(run);
        return null!;
    }

    private static async Task<BatchPlan> PlanAsync(TaskOrchestrationContext context, string batchId)
    {
        try
        {
            return await context.CallActivityAsync<BatchPlan>(nameof(PlanBatch), batchId, ActivityRetries.Storage);
        }
        catch (TaskFailedException e)
        {
            return new BatchPlan(0, 0, 0, 1, $"Planning failed: {e.FailureDetails.ErrorMessage}");
        }
    }

    private static async Task<FinalRecord> FinishAsync(TaskOrchestrationContext context, BatchRun run, string status, string? reason)
    {
        context.SetCustomStatus(new BatchProgress(status, run.Plan!.Items, run.Plan.Invalid, run.Settled, [])
        {
            Model = run.Plan.Model,
            InProgressAt = run.Plan.Problem is null ? run.Plan.At : null,
            FinalizingAt = run.FinalizingAt,
        });
        var ending = new FinishBatchInput(run.BatchId, status, reason, run.Plan)
        {
            FinalizingAt = run.FinalizingAt,
            Stages = run.Plan.Stage is null ? 0 : run.Stage ?? run.Plan.Stage.Value,
            Tally = run.Plan.Stage is null ? null : run.Settled,
        };
        return await context.CallActivityAsync<FinalRecord>(nameof(FinishBatch), ending, ActivityRetries.Storage);
    }

    private static DateTimeOffset Now(TaskOrchestrationContext context) => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    private static string StatusOf(BatchRun run, Tally tally) =>
        run.Closing ?? (tally.Unrun > 0 ? BatchStatus.Expired : BatchStatus.Completed);
}
