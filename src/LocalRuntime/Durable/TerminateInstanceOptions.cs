namespace Drover.LocalRuntime;

/// <summary>How an instance is terminated: its output, and whether its running sub-orchestrations end too.</summary>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);
