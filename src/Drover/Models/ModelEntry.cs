using Drover.OpenAI;
using Drover.Settings;

namespace Drover.Models;

/// <summary>What is known of a model. Section <c>Drover:Models:NAME</c>.</summary>
public sealed record ModelEntry
{
    /// <summary>The prompt tokens of the call that models are compared by.</summary>
    public const int ComparedPromptTokens = 1000;

    /// <summary>The completion tokens of the call that models are compared by.</summary>
    public const int ComparedCompletionTokens = 250;

    private const int ComparedCalls = 1000;
    private const string PriceRule = "US dollars per million tokens, 0 or more";

    /// <summary>US dollars per million prompt tokens.</summary>
    [NotNegative(PriceRule)]
    public decimal Input { get; init; }

    /// <summary>US dollars per million completion tokens.</summary>
    [NotNegative(PriceRule)]
    public decimal Output { get; init; }

    /// <summary>US dollars per million prompt tokens that came from the upstream's cache. Null: as <see cref="Input"/>.</summary>
    [NotNegative(PriceRule)]
    public decimal? CachedInput { get; init; }

    /// <summary>How long a short answer takes as a rule, in milliseconds. Null: not known.</summary>
    [Between(1, 3_600_000)]
    public int? LatencyMs { get; init; }

    /// <summary>
    /// How good its answers are, from 0 to 100, by whatever measure one trusts. Null: not known, and behind all that are.
    /// </summary>
    [Between(0, 100)]
    public int? Quality { get; init; }

    /// <summary>The most tokens of prompt and completion together. Null: not known.</summary>
    [Between(1, 1_000_000_000)]
    public int? ContextTokens { get; init; }

    /// <summary>
    /// The most tokens of one answer: what a request without a limit of its own may cost. 0: it gives no answers, only embeddings.
    /// </summary>
    [Between(0, 1_000_000_000)]
    public int MaxOutputTokens { get; init; } = 32_768;

    /// <summary>Whether it takes images.</summary>
    public bool Vision { get; init; }

    /// <summary>The most tokens that one image may count.</summary>
    [Between(0, 1_000_000_000)]
    public int MaxImageTokens { get; init; } = 5_000;

    /// <summary>What its replies can be asked to be; a recipe's reply is checked in any case.</summary>
    public ReplyFormat ReplyFormat { get; init; } = ReplyFormat.JsonSchema;

    /// <summary>
    /// The cost in US dollars of a thousand calls of 1,000 prompt and 250 completion tokens, by which models are compared.
    /// </summary>
    public decimal ComparedCost =>
        CostOf(new TokenUsage(ComparedPromptTokens, MaxOutputTokens == 0 ? 0 : ComparedCompletionTokens, 0)) * ComparedCalls;

    /// <summary>
    /// Points of quality for each dollar of <see cref="ComparedCost"/>. Null when either is not known or nothing is paid.
    /// </summary>
    public double? QualityPerDollar => ComparedCost > 0 ? Quality / (double)ComparedCost : null;

    /// <summary>
    /// Milliseconds of latency for each dollar of <see cref="ComparedCost"/>. Null when either is not known or nothing is paid.
    /// </summary>
    public double? LatencyPerDollar => ComparedCost > 0 ? LatencyMs / (double)ComparedCost : null;

    /// <summary>The same at no cost.</summary>
    public ModelEntry WithoutPrices => this with { Input = 0, Output = 0, CachedInput = null };

    /// <summary>The cost of one call, in US dollars.</summary>
    public decimal CostOf(TokenUsage usage)
    {
        var cached = Math.Min(usage.CachedTokens, usage.PromptTokens);
        return ((usage.PromptTokens - cached) * Input + cached * (CachedInput ?? Input) + usage.CompletionTokens * Output) / 1_000_000m;
    }
}
