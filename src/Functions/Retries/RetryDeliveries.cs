using Azure.Storage.Queues.Models;
using Drover.Functions.Orchestration;
using Drover.Retries;
using Drover.Shards;
using Drover.Tickets;

namespace Drover.Functions.Retries;

/// <summary>Sees to what the retry queue delivers, and tells the batch what came of it.</summary>
public sealed class RetryDeliveries(RetryRunner chances, RetryQueue queue, BatchAdmission admission)
{
    public async Task HandleAsync(QueueMessage delivery, bool isPoison, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var message = RetryMessage.Read(delivery.Body);
        var batch = queue.IsOurs(message)
            ? await client.GetInstanceAsync(message.BatchId, getInputsAndOutputs: false, cancellationToken)
            : null;
        if (batch is null)
        {
            await queue.PassOnAsync(message, isPoison, cancellationToken);
            return;
        }

        if (batch.IsCompleted)
        {
            return; // Stopped: when it goes on, its shards take their tickets back.
        }

        if (!isPoison && await admission.RefusalAsync(message.BatchId, cancellationToken) is not null)
        {
            await queue.PostponeAsync(message, admission.ComeBackAt, cancellationToken);
            return;
        }

        var report = isPoison
            ? await chances.BuryAsync(message, delivery.MessageId)
            : await chances.TryAsync(message, delivery.MessageId, cancellationToken);
        if (report is null)
        {
            return;
        }

        await client.RaiseIfRunningAsync(message.BatchId, BatchOrchestrator.RetriedEvent, report, CancellationToken.None);
        if (report.IsDone)
        {
            // A batch that is being closed may wait for the shard.
            await client.RaiseIfRunningAsync(
                ShardOrchestrator.InstanceId(message.BatchId, message.Shard), ShardOrchestrator.WakeEvent, ShardOrchestrator.RunNow,
                CancellationToken.None);
        }
    }
}
