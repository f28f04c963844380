using Drover.Functions.Tests.Hosting;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace Drover.Functions.Tests.Replay;

/// <summary>Shows recorded histories to the code as it is now, with the framework's own replay.</summary>
/// <remarks>
/// Turn by turn, as a host does that picks up a running instance: the turns before are replayed, the turn's own events are new, and what
/// the code asks for then must be what the history says. So every beginning of a history is tried as the history of an instance in the
/// middle.
/// </remarks>
/// <param name="orchestrators">The code, by name.</param>
internal sealed class Replayer(IReadOnlyDictionary<string, Orchestrator> orchestrators)
{
    private readonly DurableTaskShimFactory _shims = new(new DurableTaskWorkerOptions { DataConverter = OrchestratorHost.Converter });

    /// <summary>The first difference, with the orchestrator, the instance and the step; null when there is none.</summary>
    public string? FindDifference(RecordedHistory history)
    {
        if (!orchestrators.TryGetValue(history.Name, out var orchestrator))
        {
            return $"There is no orchestrator '{history.Name}' any more, but '{history.Instance}' runs on it.";
        }

        var (events, begins) = (history.Read(), history.TurnBegins());
        for (var turn = 1; turn <= begins.Count; turn++)
        {
            var (begin, end) = (begins[turn - 1], turn < begins.Count ? begins[turn] : events.Count);
            if (FindDifference(orchestrator, [.. events.Take(begin)], [.. events.Take(end).Skip(begin)]) is { } difference)
            {
                return $"{history.Name}, instance '{history.Instance}', turn {turn}, {difference}";
            }
        }

        return null;
    }

    private string? FindDifference(Orchestrator orchestrator, List<HistoryEvent> past, List<HistoryEvent> turn)
    {
        var state = new OrchestrationRuntimeState(past);
        foreach (var e in turn.Where(e => Step.Of(e) is null))
        {
            state.AddEvent(e);
        }

        var parent = state.ParentInstance is { } p ? new ParentOrchestrationInstance(p.Name, p.OrchestrationInstance.InstanceId) : null;
        var shim = _shims.CreateOrchestration(orchestrator.Name, new Code(orchestrator), parent);
        List<OrchestratorAction> actions;
        try
        {
            actions = [.. new TaskOrchestrationExecutor(
                state, shim, BehaviorOnContinueAsNew.Carryover, ErrorPropagationMode.UseFailureDetails).Execute().Actions];
        }
        catch (NonDeterministicOrchestrationException e)
        {
            return e.Message;
        }

        if (actions.OfType<OrchestrationCompleteOrchestratorAction>().FirstOrDefault(IsNonDeterministic) is { } refused)
        {
            return refused.FailureDetails!.ErrorMessage;
        }

        var expected = turn.Select(Step.Of).OfType<Step>().ToList();
        var actual = actions.OrderBy(a => a.Id).Select(Step.Of).ToList();
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            if (Step.Compare(expected.ElementAtOrDefault(i), actual.ElementAtOrDefault(i)) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static bool IsNonDeterministic(OrchestrationCompleteOrchestratorAction action) =>
        action.FailureDetails?.IsCausedBy<NonDeterministicOrchestrationException>() == true;

    private sealed class Code(Orchestrator orchestrator) : ITaskOrchestrator
    {
        public Type InputType => orchestrator.InputType;

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => orchestrator.RunAsync(context, input);
    }
}
