namespace Drover.LocalRuntime;

/// <summary>One run of an activity.</summary>
/// <param name="Name">The activity's name as the orchestrator wrote it.</param>
/// <param name="InstanceId">The orchestration that called it.</param>
/// <param name="TaskId">The step of that orchestration; the same when the activity runs again after a crash.</param>
/// <param name="Input">The input as JSON; null when there is none.</param>
public sealed record ActivityInvocation(string Name, string InstanceId, int TaskId, string? Input);
