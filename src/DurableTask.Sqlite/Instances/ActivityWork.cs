using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.Instances;

/// <summary>An activity that was asked for and has not returned yet.</summary>
internal sealed record ActivityWork(long Id, string InstanceId, string ExecutionId, TaskScheduledEvent Event)
{
    public TaskMessage ToTaskMessage() => new()
    {
        Event = Event,
        SequenceNumber = Id,
        OrchestrationInstance = new OrchestrationInstance { InstanceId = InstanceId, ExecutionId = ExecutionId },
    };
}
