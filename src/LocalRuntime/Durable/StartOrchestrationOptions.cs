using System.Collections.Immutable;

namespace Drover.LocalRuntime;

/// <summary>How a new orchestration is scheduled.</summary>
public record StartOrchestrationOptions
{
    public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
    {
        this.InstanceId = InstanceId;
        this.StartAt = StartAt;
    }

    public StartOrchestrationOptions(StartOrchestrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InstanceId = options.InstanceId;
        StartAt = options.StartAt;
        Tags = options.Tags;
        Version = options.Version;
        DedupeStatuses = options.DedupeStatuses;
    }

    /// <summary>The id of the instance; null makes a new one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>When to start; null means at once.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Labels that queries give back.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What <see cref="TaskOrchestrationContext.Version"/> is to say.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>
    /// Names of <see cref="OrchestrationRuntimeStatus"/> values in which an instance of the same id refuses the start.
    /// </summary>
    /// <remarks>An instance that has not completed refuses it always.</remarks>
    public IReadOnlyList<string>? DedupeStatuses { get; init; }
}
