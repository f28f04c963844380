namespace Drover.Batches;

/// <summary>A plan's figures; its records lie in the plan blob.</summary>
/// <param name="Shards">How many shards.</param>
/// <param name="Items">The items in them.</param>
/// <param name="Invalid">The lines that are no items; their errors are written already.</param>
/// <param name="Window">How many shards may be open at once.</param>
/// <param name="Problem">Why the batch cannot run at all, or null.</param>
public sealed record BatchPlan(int Shards, long Items, long Invalid, int Window, string? Problem = null)
{
    /// <summary>A code for programs of the problem, such as <c>empty_batch</c>.</summary>
    public string? ProblemCode { get; init; }

    /// <summary>The model that all its requests are for, where the batch's rules allow one only.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Of a batch that goes through stages: the one that it is at, from 1; 0: no line of it is an item. Null for other batches.
    /// </summary>
    public int? Stage { get; init; }

    /// <summary>
    /// How many tokens a prompt has to one of the estimate's, as a sample of the input shows (<c>TokenSample</c>); null: not known, as
    /// for 1. Every pass and process takes it from here.
    /// </summary>
    public double? TokenRatio { get; init; }

    /// <summary>When it was planned; the orchestration sets it.</summary>
    public DateTimeOffset? At { get; init; }
}
