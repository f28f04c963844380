namespace Drover.LocalRuntime;

/// <summary>An activity that was asked for and has not returned yet.</summary>
internal sealed record ActivityWork(long Id, string InstanceId, long Execution, int Task, string Name, string? Input);
