namespace Drover.LocalRuntime;

/// <summary>Which completed instances to purge. All conditions given must hold.</summary>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>Kept for source compatibility; a purge here is one transaction.</summary>
    public TimeSpan? Timeout { get; init; }
}
