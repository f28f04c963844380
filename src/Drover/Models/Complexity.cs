namespace Drover.Models;

/// <summary>How hard a source is.</summary>
public enum Complexity
{
    /// <summary>The cheapest model will do.</summary>
    Low,

    /// <summary>As the batch prefers.</summary>
    Medium,

    /// <summary>It needs the best model, whatever is preferred.</summary>
    High,
}
