namespace Drover.LocalRuntime;

/// <summary>What <c>host.json</c> says, with the Functions host's own defaults.</summary>
internal sealed record HostSettings
{
    public string RoutePrefix { get; init; } = "api";

    /// <summary>How long a function other than HTTP and orchestrations may run; null is without end.</summary>
    public TimeSpan? FunctionTimeout { get; init; }

    public int? MaxConcurrentActivities { get; init; }

    public int? MaxConcurrentOrchestrations { get; init; }

    public QueueSettings Queues { get; init; } = new();

    public BlobSettings Blobs { get; init; } = new();
}
