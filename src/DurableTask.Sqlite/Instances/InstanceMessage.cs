using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Instances;

/// <summary>A message in an instance's inbox.</summary>
/// <param name="Id">Grows with every commit and is never used twice.</param>
/// <param name="ExecutionId">For answers, the execution that asked; null for whichever runs.</param>
/// <param name="Event">What it tells.</param>
/// <param name="Due">UTC ticks before which it is not delivered; 0 for at once.</param>
internal sealed record InstanceMessage(long Id, string InstanceId, string? ExecutionId, HistoryEvent Event, long Due)
{
    public bool IsStart => Event is ExecutionStartedEvent;

    public TaskMessage ToTaskMessage() => new()
    {
        Event = Event,
        SequenceNumber = Id,
        OrchestrationInstance = (Event as ExecutionStartedEvent)?.OrchestrationInstance
            ?? new OrchestrationInstance { InstanceId = InstanceId, ExecutionId = ExecutionId },
    };
}
