namespace Drover.LocalRuntime;

/// <summary>What a history event is. The numbers are stored.</summary>
internal enum HistoryKind
{
    /// <summary>The first event; its data is the <see cref="StartData"/>.</summary>
    ExecutionStarted = 1,

    /// <summary>The time that the code sees until the next one.</summary>
    EpisodeStarted = 2,

    // What arrived.
    TaskCompleted = 10,
    TaskFailed = 11,
    TimerFired = 12,
    EventRaised = 13,

    // What the code asked for: its steps.
    ActivityScheduled = 20,
    SubOrchestrationScheduled = 21,
    TimerCreated = 22,
    EventSent = 23,
}

/// <summary>One fact of an execution, in the order in which it happened to the orchestrator's code.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Task">The number of the step, counted from 0 in each execution; unused for other kinds.</param>
/// <param name="Name">The activity's, sub-orchestration's or event's name.</param>
/// <param name="Data">JSON: the result, the failure, the event's payload, the start data.</param>
/// <param name="At">UTC ticks.</param>
internal readonly record struct HistoryEvent(HistoryKind Kind, int Task, string? Name, string? Data, long At)
{
    public bool IsStep => Kind >= HistoryKind.ActivityScheduled;

    public override string ToString() => Kind switch
    {
        HistoryKind.ActivityScheduled => $"activity '{Name}'",
        HistoryKind.SubOrchestrationScheduled => $"sub-orchestration '{Name}'",
        HistoryKind.TimerCreated => "a timer",
        HistoryKind.EventSent => $"sending event '{Name}'",
        HistoryKind.EventRaised => $"event '{Name}'",
        HistoryKind.TaskCompleted or HistoryKind.TaskFailed or HistoryKind.TimerFired => $"the completion of step {Task}",
        _ => Kind.ToString(),
    };
}
