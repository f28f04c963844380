using System.Text.Json.Nodes;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;

namespace Drover.Functions.Tests.Replay;

/// <summary>Something that an orchestrator asks for, as its history has it or as its code says it now.</summary>
/// <param name="Id">Its number in the execution.</param>
/// <param name="What">The kind, with the name, the target and the time where it has them.</param>
/// <param name="Payload">Its input or result, as JSON; null: there is none, or it is not kept.</param>
internal sealed record Step(int Id, string What, string? Payload)
{
    /// <summary>What the event says that the code asked for; null: it is no such event.</summary>
    public static Step? Of(HistoryEvent e) => e switch
    {
        TaskScheduledEvent a => Activity(a.EventId, a.Name, a.Input),
        TimerCreatedEvent t => Timer(t.EventId, t.FireAt),
        SubOrchestrationInstanceCreatedEvent c => Child(c.EventId, c.Name, c.InstanceId, c.Input),
        EventSentEvent s => Event(s.EventId, s.Name, s.InstanceId, s.Input),
        ExecutionCompletedEvent end => End(end.EventId, end.OrchestrationStatus, end.Result),
        _ => null,
    };

    public static Step Of(OrchestratorAction action) => action switch
    {
        ScheduleTaskOrchestratorAction a => Activity(a.Id, a.Name, a.Input),
        CreateTimerOrchestratorAction t => Timer(t.Id, t.FireAt),
        CreateSubOrchestrationAction c => Child(c.Id, c.Name, c.InstanceId, c.Input),
        SendEventOrchestratorAction s => Event(s.Id, s.EventName, s.Instance?.InstanceId, s.EventData),
        OrchestrationCompleteOrchestratorAction end => End(end.Id, end.OrchestrationStatus, end.Result),
        _ => new Step(action.Id, action.GetType().Name, null),
    };

    /// <summary>How what the code asks for differs from what the history has; null: it does not.</summary>
    /// <remarks>
    /// The framework keeps no inputs of activities and sub-orchestrations. Any other payload must say all that the recorded one says; it
    /// may say more, for a member that is new changes nothing for those that run.
    /// </remarks>
    public static string? Compare(Step? recorded, Step? now)
    {
        if (recorded is null || now is null || recorded.Id != now.Id || recorded.What != now.What)
        {
            return $"step {(recorded ?? now)!.Id}: the history has {recorded?.What ?? "nothing"}, the code asks for {now?.What ?? "nothing"}.";
        }

        return recorded.Payload is null || Says(Parse(now.Payload), Parse(recorded.Payload))
            ? null
            : $"step {recorded.Id}: the history has {recorded.What} with {recorded.Payload}, the code gives it {now.Payload}.";
    }

    private static Step Activity(int id, string? name, string? input) => new(id, $"the activity '{name}'", input);

    private static Step Timer(int id, DateTime at) => new(id, $"a timer until {at.ToUniversalTime():O}", null);

    private static Step Child(int id, string? name, string? instance, string? input) =>
        new(id, $"the sub-orchestration '{name}' as '{instance}'", input);

    private static Step Event(int id, string? name, string? instance, string? payload) =>
        new(id, $"the event '{name}' to '{instance}'", payload);

    // Why it failed is told by stack traces, which every change of the code alters.
    private static Step End(int id, OrchestrationStatus status, string? result) =>
        new(id, $"the end '{status}'", status == OrchestrationStatus.Failed ? null : result);

    private static JsonNode? Parse(string? json) => string.IsNullOrEmpty(json) ? null : JsonNode.Parse(json);

    private static bool Says(JsonNode? now, JsonNode? recorded) => recorded switch
    {
        JsonObject o => now is JsonObject present && o.All(m => m.Value is null
            ? !present.TryGetPropertyValue(m.Key, out var absent) || absent is null
            : present.TryGetPropertyValue(m.Key, out var value) && Says(value, m.Value)),
        JsonArray a => now is JsonArray present && a.Count == present.Count && a.Zip(present).All(p => Says(p.Second, p.First)),
        _ => JsonNode.DeepEquals(now, recorded),
    };
}
