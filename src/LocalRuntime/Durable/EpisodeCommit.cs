using System.Text.Json;

namespace Drover.LocalRuntime;

/// <summary>All that one episode of an instance changes; written in one transaction.</summary>
/// <remarks>It may be applied more than once, each time to a transaction that rolled back before.</remarks>
internal sealed class EpisodeCommit(string instanceId, InstanceState? state, long now)
{

    /// <summary>Messages that are done with.</summary>
    public List<long> Consumed { get; } = [];

    public List<HistoryEvent> Events { get; set; } = [];

    public List<OutgoingAction> Actions { get; set; } = [];

    public required OrchestrationRuntimeStatus Status { get; set; }

    public (bool Changed, string? Json) CustomStatus { get; set; }

    public Outcome? Outcome { get; set; }

    private bool Ends => Outcome is { ContinueAs: null };

    /// <summary>Writes it; returns the id of the execution that the instance is in afterwards.</summary>
    public long Apply(StoreTransaction tx)
    {
        foreach (var id in Consumed)
            tx.Execute("DELETE FROM messages WHERE id = @id", id);
        if (state is null)
            return 0; // not there, or completed: only its messages go

        foreach (var action in Actions)
            Apply(tx, action);
        if (CustomStatus.Changed)
            tx.Execute("UPDATE instances SET custom_status = @status WHERE id = @id", CustomStatus.Json, instanceId);

        var execution = Outcome?.ContinueAs is { } next ? Continue(tx, next) : state!.Execution;
        if (Outcome?.ContinueAs is null)
            WriteHistory(tx);
        if (Ends)
            End(tx, Outcome!);
        else
            tx.Execute("UPDATE instances SET status = @status, updated = @now WHERE id = @id", (int)Status, now, instanceId);
        tx.Written.Changed.Add(instanceId);
        return execution;
    }

    private void WriteHistory(StoreTransaction tx)
    {
        var seq = state!.HistoryLength;
        foreach (var e in Events)
        {
            tx.Execute(
                "INSERT INTO history (execution, seq, kind, task, name, data, at) "
                + "VALUES (@execution, @seq, @kind, @task, @name, @data, @at)",
                state!.Execution, seq++, (int)e.Kind, e.Task, e.Name, e.Data, e.At);
        }
    }

    private long Continue(StoreTransaction tx, StartData next)
    {
        tx.Execute("DELETE FROM history WHERE execution = @execution", state!.Execution);
        CancelTimers(tx);
        var execution = tx.Send(
            instanceId, MessageKind.Continue, data: JsonSerializer.Serialize(next, DurableWire.Default.StartData));
        tx.Execute(
            "UPDATE instances SET execution = @execution, version = @version, input = @input WHERE id = @id",
            execution, next.Version, next.Input, instanceId);
        return execution;
    }

    private void End(StoreTransaction tx, Outcome outcome)
    {
        var failure = outcome.Failure is null ? null : JsonSerializer.Serialize(outcome.Failure, DurableWire.Default.TaskFailureDetails);
        CancelTimers(tx);
        tx.Execute("DELETE FROM messages WHERE instance = @id", instanceId);
        tx.Execute(
            "UPDATE instances SET status = @status, updated = @now, output = @output, failure = @failure WHERE id = @id",
            (int)outcome.Status, now, outcome.Output, failure, instanceId);
        if (outcome.Status is OrchestrationRuntimeStatus.Terminated)
        {
            tx.Execute("DELETE FROM activities WHERE execution = @execution", state!.Execution);
            tx.Written.Revoked.Add(state!.Execution);
        }

        if (state!.Parent is not { } parent)
            return;
        if (outcome.Status is OrchestrationRuntimeStatus.Terminated)
        {
            failure = JsonSerializer.Serialize(
                TaskFailureDetails.Of("Terminated", $"The sub-orchestration '{instanceId}' was terminated."),
                DurableWire.Default.TaskFailureDetails);
        }

        Answer(tx, parent, failure, outcome.Output);
    }

    private void Apply(StoreTransaction tx, OutgoingAction action)
    {
        switch (action)
        {
            case RunActivity run:
                tx.Schedule(instanceId, state!.Execution, run.Task, run.Name, run.Input);
                break;
            case SetTimer timer when Outcome is null:
                tx.Send(instanceId, MessageKind.TimerFired, state!.Execution, timer.Task, due: timer.Due.Ticks);
                break;
            case CancelTimer cancel:
                tx.Execute(
                    "DELETE FROM messages WHERE instance = @id AND task = @task AND kind = 5 AND execution = @execution",
                    instanceId, cancel.Task, state!.Execution);
                tx.Written.CancelledTimers.Add((state!.Execution, cancel.Task));
                break;
            case RaiseEvent raise:
                InstanceWrites.SendIfLive(tx, raise.InstanceId, MessageKind.EventRaised, raise.Name, raise.Data);
                break;
            case StartChild child:
                if (InstanceWrites.Create(tx, child.InstanceId, child.Start, now) is { } status)
                {
                    var failure = TaskFailureDetails.Of(
                        typeof(OrchestrationAlreadyExistsException).FullName!,
                        $"An orchestration with the instance id '{child.InstanceId}' already exists and is {status}.");
                    Answer(tx, child.Start.Parent!, JsonSerializer.Serialize(failure, DurableWire.Default.TaskFailureDetails), null);
                }

                break;
        }
    }

    private void CancelTimers(StoreTransaction tx)
    {
        tx.Execute(
            "DELETE FROM messages WHERE instance = @id AND kind = 5 AND execution = @execution", instanceId, state!.Execution);
        tx.Written.CancelledTimers.Add((state!.Execution, null));
    }

    private static void Answer(StoreTransaction tx, ParentLink parent, string? failure, string? output) => tx.Send(
        parent.InstanceId,
        failure is null ? MessageKind.TaskCompleted : MessageKind.TaskFailed,
        parent.Execution,
        parent.Task,
        data: failure ?? output);
}
