using DurableTask.Core;
using DurableTask.Sqlite.Instances;

namespace DurableTask.Sqlite;

/// <summary>One instance's turn: its history, and the messages that have come.</summary>
internal sealed class OrchestrationWorkItem : TaskOrchestrationWorkItem
{
    public OrchestrationWorkItem(InstanceSlot slot, InstanceState state, List<InstanceMessage> messages)
    {
        (Slot, Messages) = (slot, messages);
        InstanceId = slot.InstanceId;
        OrchestrationRuntimeState = new OrchestrationRuntimeState(state.History);
        NewMessages = [.. messages.Select(m => m.ToTaskMessage())];
        LockedUntilUtc = DateTime.MaxValue;
    }

    public InstanceSlot Slot { get; }

    public List<InstanceMessage> Messages { get; }
}
