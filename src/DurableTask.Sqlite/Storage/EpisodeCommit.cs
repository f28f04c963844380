using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Sqlite.Instances;

namespace DurableTask.Sqlite.Storage;

/// <summary>All that one turn of an instance changes; written in one transaction.</summary>
/// <remarks>It may be applied more than once, each time to a transaction that rolled back before.</remarks>
internal sealed class EpisodeCommit(string instanceId, InstanceState? before, long now)
{
    /// <summary>Messages that are done with.</summary>
    public required IReadOnlyList<InstanceMessage> Consumed { get; init; }

    /// <summary>How the instance stands afterwards; null when nothing came of the messages.</summary>
    public OrchestrationState? State { get; init; }

    /// <summary>The events to add or, after a continue-as-new, all events of the new execution.</summary>
    public IReadOnlyList<HistoryEvent> Events { get; init; } = [];

    /// <summary>Activities, timers, and messages to other instances.</summary>
    public IReadOnlyList<TaskMessage> Outbound { get; init; } = [];

    public bool IsNewExecution => State is not null && State.OrchestrationInstance.ExecutionId != before?.ExecutionId;

    public bool Ends => State is not null && InstanceWrites.HasEnded(State.OrchestrationStatus);

    public bool Apply(StoreTransaction tx)
    {
        foreach (var message in Consumed)
        {
            tx.Execute("DELETE FROM messages WHERE id = @id", message.Id);
        }

        if (before is null || State is null)
        {
            return false; // Not there, or ended: only its messages go.
        }

        WriteHistory(tx, before);
        foreach (var message in Outbound)
        {
            Send(tx, message);
        }

        if (Ends || IsNewExecution)
        {
            tx.Written.OverExecutions.Add(before.ExecutionId);
        }

        if (Ends)
        {
            InstanceWrites.End(tx, instanceId, State, now);
        }
        else
        {
            Update(tx, before, State);
        }

        return true;
    }

    private void WriteHistory(StoreTransaction tx, InstanceState state)
    {
        if (IsNewExecution)
        {
            tx.Execute("DELETE FROM history WHERE instance = @key", state.Key);
        }

        var seq = IsNewExecution ? 0 : state.History.Count;
        foreach (var e in Events)
        {
            tx.AppendHistory(state.Key, seq++, e);
        }
    }

    private void Update(StoreTransaction tx, InstanceState state, OrchestrationState after)
    {
        var execution = after.OrchestrationInstance.ExecutionId;
        if (IsNewExecution)
        {
            tx.Execute(
                "UPDATE instances SET execution = @execution, version = @version, input = @input, generation = @generation WHERE key = @key",
                execution, after.Version ?? "", after.Input, after.Generation, state.Key);
            tx.Execute(
                "DELETE FROM messages WHERE instance = @id AND kind = @kind AND execution = @execution",
                instanceId, (int)EventType.TimerFired, state.ExecutionId);
        }

        tx.Execute(
            "UPDATE instances SET status = @status, updated = @now, custom_status = @custom WHERE key = @key",
            (int)after.OrchestrationStatus, now, after.Status, state.Key);
        tx.Written.Changed.Add(instanceId);
    }

    private void Send(StoreTransaction tx, TaskMessage message)
    {
        var to = message.OrchestrationInstance;
        switch (message.Event)
        {
            case TaskScheduledEvent scheduled:
                tx.Schedule(to.InstanceId, to.ExecutionId, scheduled);
                break;
            case TimerFiredEvent timer when !Ends && to.ExecutionId == State!.OrchestrationInstance.ExecutionId:
                tx.Send(to.InstanceId, to.ExecutionId, timer, timer.FireAt.ToUniversalTime().Ticks);
                break;
            case TimerFiredEvent:
                break; // Of an execution that is over.
            case ExecutionStartedEvent start:
                if (InstanceWrites.Create(tx, start, now) is { } status)
                {
                    Refuse(tx, start, status);
                }

                break;
            case SubOrchestrationInstanceFailedEvent { FailureDetails: null } failed:
                // The framework leaves out why a terminated child failed, and the parent's code would meet a null there.
                var terminated = new FailureDetails(
                    "Terminated", $"The sub-orchestration '{instanceId}' was terminated.", null, null, isNonRetriable: true);
                InstanceWrites.SendIfLive(
                    tx, to.InstanceId, to.ExecutionId,
                    new SubOrchestrationInstanceFailedEvent(-1, failed.TaskScheduledId, terminated.ErrorMessage, null, terminated));
                break;
            default:
                InstanceWrites.SendIfLive(tx, to.InstanceId, to.ExecutionId, message.Event);
                break;
        }
    }

    /// <summary>Tells the parent that its child cannot be started under that id.</summary>
    private static void Refuse(StoreTransaction tx, ExecutionStartedEvent start, OrchestrationStatus status)
    {
        if (start.ParentInstance is not { } parent)
        {
            return;
        }

        var why = $"An orchestration with the instance id '{start.OrchestrationInstance.InstanceId}' already exists and is {status}.";
        var failure = new FailureDetails(typeof(OrchestrationAlreadyExistsException).FullName!, why, null, null, isNonRetriable: true);
        InstanceWrites.SendIfLive(
            tx, parent.OrchestrationInstance.InstanceId, parent.OrchestrationInstance.ExecutionId,
            new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, why, null, failure));
    }
}
