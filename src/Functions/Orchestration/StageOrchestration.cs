using Drover.Batches;
using Drover.Stages;

namespace Drover.Functions.Orchestration;

/// <summary>The part of <see cref="BatchOrchestrator"/> that takes a batch through its stages: one stage to a generation.</summary>
internal static class StageOrchestration
{
    /// <summary>Runs the stage that the batch is at, as a batch of its own, and takes what it has brought.</summary>
    /// <returns>The run as it stands then, and how the batch ends; null: it goes on with another stage.</returns>
    public static async Task<(BatchRun Run, string? Status, string? Reason)> RunAsync(TaskOrchestrationContext context, BatchRun run)
    {
        var stage = run.Stage ?? run.Plan!.Stage!.Value;
        if (stage == 0)
        {
            return (run, BatchStatus.Completed, null);
        }

        var id = BatchSpec.StageId(run.BatchId, stage);
        var ended = context.CallSubOrchestratorAsync<FinalRecord>(
            nameof(BatchOrchestrator), new BatchRun(id), new SubOrchestrationOptions(retry: null, instanceId: id));
        var close = run.Closing is null ? context.WaitForExternalEvent<string>(BatchOrchestrator.CloseEvent) : null;
        context.SetCustomStatus(Progress(run, stage));
        if (close is not null && await Task.WhenAny(ended, close) == close)
        {
            run = run with { Closing = await close };
            context.SetCustomStatus(Progress(run, stage));
            context.SendEvent(id, BatchOrchestrator.CloseEvent, run.Closing);
        }

        var final = await EndAsync(ended);
        if (final.Status is BatchStatus.Stopped)
        {
            return (run with { Settled = WithCost(run.Settled, run.Spent + final.Tally) }, BatchStatus.Stopped, final.Reason);
        }

        if (final.Status is BatchStatus.Failed)
        {
            return Again(run, $"Stage {stage} failed: {final.Reason}");
        }

        var closing = final.Status is BatchStatus.Completed ? run.Closing : final.Status;
        var advance = await context.CallActivityAsync<StageAdvance>(
            nameof(AdvanceStage), new StageRun(run.BatchId, stage, closing), ActivityRetries.Storage);
        if (advance.IsShort)
        {
            return Again(run, "Storage has lost what earlier stages brought.");
        }

        run = run with { Stage = stage + 1, Settled = advance.Tally, Spent = run.Spent + final.Tally };
        return (run, advance.IsLast ? closing ?? BatchStatus.Completed : null, null);
    }

    // Storage put back to an earlier state: what a stage was to go on with is gone, so see what there is, and go on from there.
    private static (BatchRun Run, string? Status, string? Reason) Again(BatchRun run, string reason) =>
        run.Audits == BatchOrchestrator.MostAudits
        ? (run, BatchStatus.Stopped, reason)
        : (run with { Plan = null, Stage = null, Spent = Tally.Zero, Audits = run.Audits + 1 }, null, null);

    private static async Task<FinalRecord> EndAsync(Task<FinalRecord> ended)
    {
        try
        {
            return await ended;
        }
        catch (TaskFailedException e)
        {
            return new FinalRecord(BatchStatus.Stopped, e.FailureDetails.ErrorMessage, 0, 0, Tally.Zero, default);
        }
    }

    private static BatchProgress Progress(BatchRun run, int stage) =>
        new(
            run.Closing is null ? BatchStatus.InProgress : BatchStatus.Cancelling, run.Plan!.Items, run.Plan.Invalid,
            WithCost(run.Settled, run.Spent), [])
        {
            Stage = stage,
            InProgressAt = run.Plan.At,
        };

    // Of items that are under way the requests are paid already.
    private static Tally WithCost(Tally settled, Tally spent) =>
        settled with { Usage = spent.Usage, CostUsd = spent.CostUsd, Unpriced = spent.Unpriced };
}
