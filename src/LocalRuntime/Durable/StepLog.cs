namespace Drover.LocalRuntime;

/// <summary>Compares the steps that the code takes with history while replaying, and records them once past its end.</summary>
internal sealed class StepLog(string orchestrator, string instanceId)
{
    private IReadOnlyList<HistoryEvent>? _history;
    private int _cursor;
    private int _steps;

    public bool IsReplaying => _history is not null;

    /// <summary>Why this execution cannot go on; the first reason stays.</summary>
    public Exception? Violation { get; private set; }

    /// <summary>What happened since the last commit.</summary>
    public List<HistoryEvent> NewEvents { get; private set; } = [];

    /// <summary>What the code asked for since the last commit.</summary>
    public List<OutgoingAction> Actions { get; private set; } = [];

    /// <summary>Hands over what is to be committed.</summary>
    public (List<HistoryEvent> Events, List<OutgoingAction> Actions) Drain()
    {
        var drained = (NewEvents, Actions);
        NewEvents = [];
        Actions = [];
        return drained;
    }

    /// <summary>Takes the next step: checks it against history, or records it with the action that carries it out.</summary>
    /// <returns>The number of the step.</returns>
    public int Take(HistoryKind kind, string? name, long at, Func<int, OutgoingAction> action)
    {
        var step = new HistoryEvent(kind, _steps++, name, null, at);
        if (_history is null)
        {
            NewEvents.Add(step);
            Actions.Add(action(step.Task));
            return step.Task;
        }

        if (_cursor == _history.Count || !_history[_cursor].IsStep)
            throw Diverged($"history has no step {step.Task} at this point, the code asked for {step}.");

        var expected = _history[_cursor++];
        return expected.Kind == kind && string.Equals(expected.Name, name, StringComparison.OrdinalIgnoreCase)
            ? step.Task
            : throw Diverged($"history has step {step.Task} = {expected}, the code asked for {step}.");
    }

    /// <summary>Feeds history to <paramref name="arrive"/>, event by event, which lets the code take the steps in between.</summary>
    /// <param name="history">All events, from the start of the execution.</param>
    /// <param name="arrive">Lets the code see an event; false when the code is not waiting for it.</param>
    /// <param name="finished">Whether the code has returned.</param>
    public void Replay(IReadOnlyList<HistoryEvent> history, Func<HistoryEvent, bool> arrive, Func<bool> finished)
    {
        _history = history;
        while (Violation is null && _cursor < history.Count)
        {
            var next = history[_cursor];
            var state = finished() ? "finished" : "waits";
            if (next.IsStep)
                Diverged($"history has step {next.Task} = {next}, the code {state} without asking for it.");
            else if (finished())
                Diverged($"history goes on with {next}, the code finished after {_steps} steps.");
            else
            {
                _cursor++;
                if (!arrive(next) && Violation is null)
                    Diverged($"history has {next}, the code is not waiting for it.");
            }
        }

        if (Violation is null && finished())
            Diverged($"history shows it waiting after {_steps} steps, the code finished.");
        _history = null;
    }

    /// <summary>Ends the execution for this reason.</summary>
    public Exception Violate(Exception reason) => Violation ??= reason;

    private Exception Diverged(string what) => Violate(
        new NonDeterministicOrchestrationException($"Non-deterministic orchestrator '{orchestrator}' (instance '{instanceId}'): {what}"));
}
