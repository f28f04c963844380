using Drover.Batches;

namespace Drover.Estimates;

/// <summary>What a batch would be, without calling anything.</summary>
public sealed record Estimate
{
    /// <summary>The items that would be run.</summary>
    public required long Items { get; init; }

    /// <summary>The lines that are errors before anything is run.</summary>
    public required long BadLines { get; init; }

    /// <summary>The first of them.</summary>
    public required IReadOnlyList<LineFault> FirstBadLines { get; init; }

    /// <summary>The items that would be run and name no model: what they cost is not known, and counted as nothing.</summary>
    public required long UnpricedItems { get; init; }

    /// <summary>By model, the costliest first: what the items need that go to it.</summary>
    public required IReadOnlyList<ModelEstimate> Models { get; init; }

    /// <summary>All models together; <see cref="ModelEstimate.Model"/> is <c>total</c>.</summary>
    public required ModelEstimate Total { get; init; }

    /// <summary>
    /// Where input tokens are from: <c>counted</c>, all of them; <c>sampled</c>: of a large input those of a sample are, and the rest is
    /// scaled.
    /// </summary>
    public required string TokenCount { get; init; }

    /// <summary>How long it takes at the limits of <c>Drover:Upstream</c>.</summary>
    public required TimeEstimate Time { get; init; }

    /// <summary>The budgets there are, and whether each will do. What was spent of a day's or month's before is not counted.</summary>
    public required IReadOnlyList<BudgetEstimate> Budgets { get; init; }
}
