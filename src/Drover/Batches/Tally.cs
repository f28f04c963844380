using Drover.OpenAI;

namespace Drover.Batches;

/// <summary>Counts over outcomes.</summary>
/// <param name="Completed">Outcomes that are results.</param>
/// <param name="Failed">Outcomes that are errors of the item.</param>
/// <param name="Unrun">Items closed without being tried to the end, because the batch was cancelled or expired.</param>
/// <param name="CostUsd">Cost in US dollars, of the outcomes whose model has a price.</param>
public sealed record Tally(long Completed, long Failed, long Unrun, long InputTokens, long OutputTokens, decimal CostUsd)
{
    /// <summary>The prompt tokens that came from the upstream's cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>The completion tokens that are not in the answers.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>Outcomes that were paid for at prices that are not known: <see cref="CostUsd"/> is without them.</summary>
    public long Unpriced { get; init; }

    public static Tally Zero { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>Outcomes of every kind.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Settled => Completed + Failed + Unrun;

    /// <summary>All tokens together.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public TokenUsage Usage
    {
        get => new(InputTokens, OutputTokens, CachedTokens, ReasoningTokens);
        init =>
            (InputTokens, OutputTokens, CachedTokens, ReasoningTokens) = (
                value.PromptTokens, value.CompletionTokens, value.CachedTokens, value.ReasoningTokens);
    }

    public static Tally operator +(Tally a, Tally b) => new(
        a.Completed + b.Completed,
        a.Failed + b.Failed,
        a.Unrun + b.Unrun,
        a.InputTokens + b.InputTokens,
        a.OutputTokens + b.OutputTokens,
        a.CostUsd + b.CostUsd)
    {
        CachedTokens = a.CachedTokens + b.CachedTokens,
        ReasoningTokens = a.ReasoningTokens + b.ReasoningTokens,
        Unpriced = a.Unpriced + b.Unpriced,
    };

    public static Tally operator -(Tally a, Tally b) => new(
        a.Completed - b.Completed,
        a.Failed - b.Failed,
        a.Unrun - b.Unrun,
        a.InputTokens - b.InputTokens,
        a.OutputTokens - b.OutputTokens,
        a.CostUsd - b.CostUsd)
    {
        CachedTokens = a.CachedTokens - b.CachedTokens,
        ReasoningTokens = a.ReasoningTokens - b.ReasoningTokens,
        Unpriced = a.Unpriced - b.Unpriced,
    };
}
