namespace Drover.LocalRuntime;

/// <summary>How one instance is purged; <c>Recursive</c> takes its completed sub-orchestrations with it.</summary>
public record PurgeInstanceOptions(bool Recursive = false);
