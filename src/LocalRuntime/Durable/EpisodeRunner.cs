using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs one episode of an instance: shows its code the messages that came, and collects what follows from them.</summary>
internal sealed class EpisodeRunner(
    DurableStore store,
    IReadOnlyDictionary<string, Func<TaskOrchestrationContext, Task<object?>>> orchestrators,
    TimeProvider time,
    ILoggerFactory loggers,
    ILogger log,
    Action<OrchestrationExecution, Exception> aborted)
{
    /// <summary>Runs the messages; returns what to commit, and the messages that are for the next execution.</summary>
    /// <returns>Null when there is nothing to commit.</returns>
    public (EpisodeCommit Commit, List<InstanceMessage> Later)? Run(InstanceSlot slot, List<InstanceMessage> messages)
    {
        var state = slot.State ??= store.Read(c => InstanceState.Load(c, slot.InstanceId));
        var now = time.GetUtcNow().UtcDateTime;
        if (state is null)
            return Drop(slot, messages, now);

        var commit = new EpisodeCommit(slot.InstanceId, state, now.Ticks) { Status = state.Status };
        var started = false;
        var queue = new LinkedList<InstanceMessage>(messages);
        while (commit.Outcome is null && queue.First?.Value is { } message)
        {
            queue.RemoveFirst();
            if (!IsMeantFor(state, message))
            {
                if (message.Id != 0)
                    commit.Consumed.Add(message.Id);
                DurableLog.Dropped(log, message.Kind, slot.InstanceId);
                continue;
            }

            var control = message.Kind is MessageKind.Terminate or MessageKind.Suspend or MessageKind.Resume or MessageKind.Abort;
            var begins = message.Kind is MessageKind.Start or MessageKind.Continue;
            if (!control && (commit.Status is OrchestrationRuntimeStatus.Suspended || !(begins || state.IsStarted || started)))
            {
                slot.Held.Add(message);
                continue;
            }

            if (message.Id != 0)
                commit.Consumed.Add(message.Id);
            if (control)
                Control(commit, message, state.IsStarted || started);
            else
                Deliver(slot, state, commit, message, now, ref started);

            if (commit.Status is not OrchestrationRuntimeStatus.Suspended && (begins || message.Kind is MessageKind.Resume))
            {
                foreach (var held in slot.Held.AsEnumerable().Reverse())
                    queue.AddFirst(held);
                slot.Held.Clear();
            }
        }

        Collect(slot, commit);
        return commit.Consumed.Count == 0 && commit.Outcome is null ? null : (commit, [.. queue]);
    }

    /// <summary>What to commit when the episode itself cannot be run or written: the instance fails.</summary>
    public EpisodeCommit Fail(string instanceId, InstanceState state, Exception reason) =>
        new(instanceId, state, time.GetUtcNow().UtcTicks)
        {
            Status = OrchestrationRuntimeStatus.Failed,
            Outcome = Outcome.Failed(reason),
        };

    private static bool IsMeantFor(InstanceState state, InstanceMessage message) => message.Kind switch
    {
        MessageKind.Start or MessageKind.Continue => message.Id == state.Execution && !state.IsStarted,
        MessageKind.TaskCompleted or MessageKind.TaskFailed or MessageKind.TimerFired or MessageKind.Abort =>
            message.Execution == state.Execution,
        _ => message.Id >= state.Since,
    };

    private static void Control(EpisodeCommit commit, InstanceMessage message, bool started)
    {
        switch (message.Kind)
        {
            case MessageKind.Terminate:
                commit.Outcome = new(OrchestrationRuntimeStatus.Terminated, message.Data);
                break;
            case MessageKind.Abort:
                commit.Outcome = Outcome.Failed(new InvalidOperationException(message.Data));
                break;
            case MessageKind.Suspend:
                commit.Status = OrchestrationRuntimeStatus.Suspended;
                break;
            case MessageKind.Resume when commit.Status is OrchestrationRuntimeStatus.Suspended:
                commit.Status = started ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending;
                break;
        }
    }

    private void Deliver(
        InstanceSlot slot, InstanceState state, EpisodeCommit commit, InstanceMessage message, DateTime now, ref bool started)
    {
        if (!orchestrators.TryGetValue(state.Name, out var code))
        {
            commit.Outcome = Outcome.Failed(TaskFailureDetails.Of(
                DurableContext.OrchestratorNotFound,
                $"There is no orchestrator named '{state.Name}'. Known are: {string.Join(", ", orchestrators.Keys.Order())}."));
            return;
        }

        var live = slot.Live ?? (message.Kind is MessageKind.Start or MessageKind.Continue
            ? New(slot.InstanceId, state.Execution, message.Data!, code)
            : Rebuild(slot.InstanceId, state.Execution, code));
        slot.Live = live;
        if (live.Outcome is null)
        {
            if (!started)
                live.BeginEpisode(now);
            started = true;
            commit.Status = OrchestrationRuntimeStatus.Running;
            live.Deliver(AsHistory(message, now));
        }

        commit.Outcome = live.Outcome;
    }

    private OrchestrationExecution New(
        string instanceId, long execution, string start, Func<TaskOrchestrationContext, Task<object?>> code) => new(
        instanceId, execution, JsonSerializer.Deserialize(start, DurableWire.Default.StartData)!, code, loggers, aborted);

    private OrchestrationExecution Rebuild(string instanceId, long execution, Func<TaskOrchestrationContext, Task<object?>> code)
    {
        var history = store.Read(c => InstanceState.LoadHistory(c, execution));
        var live = New(instanceId, execution, history[0].Data!, code);
        live.Replay(history);
        return live;
    }

    private static void Collect(InstanceSlot slot, EpisodeCommit commit)
    {
        if (slot.Live is { } live)
        {
            (commit.Events, commit.Actions) = live.Steps.Drain();
            commit.CustomStatus = (live.TryTakeCustomStatus(out var json), json);
        }

        if (slot.Live?.Steps.Violation is not null)
            commit.Actions.Clear(); // what code sends that went astray is not to be trusted
    }

    /// <summary>Removes messages for an instance that is not there or has completed.</summary>
    private (EpisodeCommit, List<InstanceMessage>)? Drop(InstanceSlot slot, List<InstanceMessage> messages, DateTime now)
    {
        var commit = new EpisodeCommit(slot.InstanceId, null, now.Ticks) { Status = default };
        foreach (var message in messages.Concat(slot.Held).Where(m => m.Id != 0))
        {
            DurableLog.Dropped(log, message.Kind, slot.InstanceId);
            commit.Consumed.Add(message.Id);
        }

        slot.Held.Clear();
        return commit.Consumed.Count == 0 ? null : (commit, []);
    }

    private static HistoryEvent AsHistory(InstanceMessage message, DateTime now) => new(
        message.Kind switch
        {
            MessageKind.Start or MessageKind.Continue => HistoryKind.ExecutionStarted,
            MessageKind.TaskCompleted => HistoryKind.TaskCompleted,
            MessageKind.TaskFailed => HistoryKind.TaskFailed,
            MessageKind.TimerFired => HistoryKind.TimerFired,
            MessageKind.EventRaised => HistoryKind.EventRaised,
            _ => throw new InvalidOperationException($"A message {message.Kind} is no event."),
        },
        message.Task, message.Name, message.Data, now.Ticks);
}
