using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Batches;

/// <summary>Sees to it that a batch that was taken in is running, unless it has come to its end.</summary>
public sealed class BatchStarter(
    BatchStore store, BatchOwnership holders, BatchAdmission admission, BatchOptions options, TimeProvider time)
{
    /// <summary>
    /// Starts the batch's orchestration if it has none, or if the last one ended <c>stopped</c> or failed. Of one that runs, the
    /// shards that sleep are woken: what they wait for, such as a budget, may have changed.
    /// </summary>
    /// <param name="client">Of the orchestrations.</param>
    /// <param name="takeOver">Whether to run it here although another has begun it.</param>
    /// <param name="moveUpstream">Whether it goes on with the upstream of now although it began with another.</param>
    /// <returns>Whether it was started now.</returns>
    /// <exception cref="BatchRefusedException">Another runs it, or it belongs to another upstream.</exception>
    public async Task<bool> StartAsync(
        DurableTaskClient client, string batchId, CancellationToken cancellationToken, bool takeOver = false, bool moveUpstream = false)
    {
        // Scheduling an id that has completed would start it again, so look first.
        var instance = await client.GetInstanceAsync(batchId, getInputsAndOutputs: true, cancellationToken);
        if (instance is { IsCompleted: false })
        {
            await admission.CheckAsync(batchId, moveUpstream, cancellationToken);
            await WakeAsync(client, batchId, instance, cancellationToken);
            return false;
        }

        if (instance?.RuntimeStatus is null or OrchestrationRuntimeStatus.Completed
            && await store.FindFinalAsync(batchId, cancellationToken) is { } final)
        {
            if (final.Status is not (BatchStatus.Stopped or BatchStatus.Failed))
            {
                return false;
            }

            await admission.CheckAsync(batchId, moveUpstream, cancellationToken);
            takeOver = true; // Nobody runs it.
            await store.RenewWindowAsync(batchId, time.GetUtcNow() + options.CompletionWindow, cancellationToken);
        }

        await admission.CheckAsync(batchId, moveUpstream, cancellationToken);
        await holders.ClaimAsync(batchId, takeOver, cancellationToken);
        return await ScheduleAsync(client, new BatchRun(batchId), cancellationToken);
    }

    /// <summary>
    /// Runs a batch again that has ended, without those of its errors that have one of these codes; none: without any. Its results stay.
    /// </summary>
    /// <returns>Whether it was started now.</returns>
    public async Task<bool> ReopenAsync(
        DurableTaskClient client, string batchId, IReadOnlyList<string> codes, CancellationToken cancellationToken,
        bool moveUpstream = false)
    {
        await admission.CheckAsync(batchId, moveUpstream, cancellationToken);
        await holders.ClaimAsync(batchId, takeOver: true, cancellationToken);
        await store.UncloseAsync(batchId, cancellationToken); // Before it runs: once it does, it may be cancelled again.
        return await ScheduleAsync(client, new BatchRun(batchId) { Reopen = codes }, cancellationToken);
    }

    private static async Task<bool> ScheduleAsync(DurableTaskClient client, BatchRun run, CancellationToken cancellationToken)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(BatchOrchestrator), run, new StartOrchestrationOptions(InstanceId: run.BatchId), cancellationToken);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Another caller may have been quicker: then it runs, and that is what was asked for.
            if (await client.GetInstanceAsync(run.BatchId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: false })
            {
                return false;
            }

            throw;
        }
    }

    private static async Task WakeAsync(
        DurableTaskClient client, string batchId, OrchestrationMetadata? instance, CancellationToken cancellationToken)
    {
        var progress = instance?.ReadCustomStatusAs<BatchProgress>();
        foreach (var shard in progress?.Open ?? [])
        {
            await client.RaiseIfRunningAsync(
                ShardOrchestrator.InstanceId(batchId, shard), ShardOrchestrator.WakeEvent, ShardOrchestrator.RunNow, cancellationToken);
        }

        if (progress?.Stage is { } stage)
        {
            var id = BatchSpec.StageId(batchId, stage);
            await WakeAsync(client, id, await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken), cancellationToken);
        }
    }
}
