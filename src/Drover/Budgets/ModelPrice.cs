namespace Drover.Budgets;

/// <summary>What a model costs, in US dollars per million tokens.</summary>
public sealed class ModelPrice
{
    /// <summary>Dollars per million prompt tokens.</summary>
    public decimal Input { get; set; }

    /// <summary>Dollars per million completion tokens.</summary>
    public decimal Output { get; set; }

    /// <summary>Dollars per million prompt tokens that came from the upstream's cache. Null: as <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; set; }

    /// <summary>The cost of one call, in US dollars.</summary>
    public decimal CostOf(TokenUsage usage)
    {
        var cached = Math.Min(usage.CachedTokens, usage.PromptTokens);
        return ((usage.PromptTokens - cached) * Input + cached * (CachedInput ?? Input) + usage.CompletionTokens * Output) / 1_000_000m;
    }
}
