using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>One live execution of an orchestrator: its code, suspended wherever it waits.</summary>
internal sealed class OrchestrationExecution
{
    private readonly Func<TaskOrchestrationContext, Task<object?>> _code;
    private readonly Action<OrchestrationExecution, Exception> _aborted;
    private readonly OrchestratorLoop _loop;
    private readonly DurableContext _context;
    private Task<object?>? _run;

    /// <param name="aborted">Told when the code broke a rule outside of an episode.</param>
    public OrchestrationExecution(
        string instanceId,
        long id,
        StartData start,
        Func<TaskOrchestrationContext, Task<object?>> code,
        ILoggerFactory loggers,
        Action<OrchestrationExecution, Exception> aborted)
    {
        (InstanceId, Id, Start, _code, _aborted) = (instanceId, id, start, code, aborted);
        Steps = new(start.Name, instanceId);
        _loop = new(OnForeignContinuation);
        _context = new(instanceId, id, start, Steps, CheckAccess, loggers);
    }

    public string InstanceId { get; }

    public long Id { get; }

    public StartData Start { get; }

    public StepLog Steps { get; }

    /// <summary>How it ended; null while it waits.</summary>
    public Outcome? Outcome { get; private set; }

    private InvalidOperationException ForeignAwait => new(
        $"Orchestrator '{Start.Name}' (instance '{InstanceId}') awaited something that is not durable (Task.Delay, Task.Run, I/O, "
        + "ConfigureAwait(false)). Await only what its context gives: move the work into an activity, or use a timer or an event.");

    /// <summary>Brings the code to where history ends.</summary>
    public void Replay(IReadOnlyList<HistoryEvent> history)
    {
        Steps.Replay(history, Arrive, () => Outcome is not null);
        _context.CustomStatusChanged = false;
        Outcome = Judge();
    }

    /// <summary>Begins an episode: events that arrive from now on are new.</summary>
    public void BeginEpisode(DateTime now)
    {
        _context.SetTime(now.Ticks);
        Steps.NewEvents.Add(new(HistoryKind.EpisodeStarted, 0, null, null, _context.CurrentUtcDateTime.Ticks));
    }

    /// <summary>Lets the code see a new event, and records it if it makes a difference.</summary>
    public void Deliver(HistoryEvent arrived)
    {
        if (arrived.Kind is HistoryKind.ExecutionStarted)
        {
            Steps.NewEvents.Insert(0, arrived);
            Arrive(arrived);
            Arrive(Steps.NewEvents[1]);
        }
        else if (arrived.Kind is HistoryKind.EventRaised || _context.IsPending(arrived.Task))
        {
            Steps.NewEvents.Add(arrived);
            Arrive(arrived);
        }
    }

    /// <summary>The custom status set since the last call.</summary>
    public bool TryTakeCustomStatus(out string? json)
    {
        json = _context.NewCustomStatus;
        var changed = _context.CustomStatusChanged;
        _context.CustomStatusChanged = false;
        return changed;
    }

    private bool Arrive(HistoryEvent arrived)
    {
        var known = true;
        try
        {
            _loop.Run(() => known = Apply(arrived), () => _run?.IsCompleted == true || Steps.Violation is not null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Steps.Violate(e); // thrown by an async void method, where nobody else can see it
        }

        Outcome = Judge();
        return known;
    }

    private bool Apply(HistoryEvent arrived)
    {
        switch (arrived.Kind)
        {
            case HistoryKind.ExecutionStarted:
                foreach (var early in Start.Events)
                    _context.Raise(early.Name, early.Data);
                return true;
            case HistoryKind.EpisodeStarted:
                _context.SetTime(arrived.At);
                _run ??= InvokeAsync();
                return true;
            case HistoryKind.EventRaised:
                _context.Raise(arrived.Name!, arrived.Data);
                return true;
            default:
                return _context.Complete(arrived.Task, arrived.Data, arrived.Kind is HistoryKind.TaskFailed);
        }
    }

    private async Task<object?> InvokeAsync() => await _code(_context);

    private Outcome? Judge()
    {
        if (Steps.Violation is null && _run is { IsCompleted: false } && !_context.IsWaiting)
            Steps.Violate(ForeignAwait);
        if (Steps.Violation is { } violation)
            return Outcome.Failed(violation);
        if (_run is not { IsCompleted: true })
            return null;
        if (!_run.IsCompletedSuccessfully)
            return Outcome.Failed(_run.Exception?.InnerException ?? new TaskCanceledException(_run));

        try
        {
            return _context.ContinueAs is { } next
                ? new(OrchestrationRuntimeStatus.Running, ContinueAs: next)
                : new(OrchestrationRuntimeStatus.Completed, DurableJson.Serialize(_run.Result));
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return Outcome.Failed(new InvalidOperationException(
                $"The output of orchestrator '{Start.Name}' (instance '{InstanceId}') cannot be written as JSON: {e.Message}", e));
        }
    }

    private void CheckAccess()
    {
        if (_loop.IsCurrent)
            return;
        OnForeignContinuation();
        throw ForeignAwait;
    }

    private void OnForeignContinuation()
    {
        var reason = ForeignAwait;
        Steps.Violate(reason);
        _aborted(this, reason);
    }
}
