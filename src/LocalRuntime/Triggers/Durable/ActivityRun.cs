namespace Drover.LocalRuntime;

/// <summary>One run of an activity.</summary>
internal sealed record ActivityRun(TaskActivityContext Context, object? Input);
