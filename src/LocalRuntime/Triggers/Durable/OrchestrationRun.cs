namespace Drover.LocalRuntime;

/// <summary>One run of an orchestrator's code, from its beginning.</summary>
internal sealed record OrchestrationRun(TaskOrchestrationContext Context, object? Input);
