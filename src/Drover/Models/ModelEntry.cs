using Drover.OpenAI;

namespace Drover.Models;

/// <summary>What is known of a model. Section <c>Drover:Models:NAME</c>.</summary>
public sealed record ModelEntry
{
    /// <summary>The prompt tokens of the call that models are compared by.</summary>
    public const int ComparedPromptTokens = 1000;

    /// <summary>The completion tokens of the call that models are compared by.</summary>
    public const int ComparedCompletionTokens = 250;

    private const int ComparedCalls = 1000;

    /// <summary>US dollars per million prompt tokens.</summary>
    public decimal Input { get; init; }

    /// <summary>US dollars per million completion tokens.</summary>
    public decimal Output { get; init; }

    /// <summary>US dollars per million prompt tokens that came from the upstream's cache. Null: as <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; init; }

    /// <summary>How long a short answer takes as a rule, in milliseconds. Null: not known.</summary>
    public int? LatencyMs { get; init; }

    /// <summary>
    /// How good its answers are, from 0 to 100, by whatever measure one trusts. Null: not known, and behind all that are.
    /// </summary>
    public int? Quality { get; init; }

    /// <summary>The most tokens of prompt and completion together. Null: not known.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>
    /// The most tokens of one answer: what a request without a limit of its own may cost. 0: it gives no answers, only embeddings.
    /// </summary>
    public int MaxOutputTokens { get; init; } = 32_768;

    /// <summary>Whether it takes images.</summary>
    public bool Vision { get; init; }

    /// <summary>The most tokens that one image may count.</summary>
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

    /// <summary>The cost of one call, in US dollars.</summary>
    public decimal CostOf(TokenUsage usage)
    {
        var cached = Math.Min(usage.CachedTokens, usage.PromptTokens);
        return ((usage.PromptTokens - cached) * Input + cached * (CachedInput ?? Input) + usage.CompletionTokens * Output) / 1_000_000m;
    }

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    /// <param name="section">The settings' section, such as <c>Drover:Models:gpt-4o</c>.</param>
    public IEnumerable<string> Faults(string section)
    {
        foreach (var (name, value) in new[] { (nameof(Input), Input), (nameof(Output), Output), (nameof(CachedInput), CachedInput ?? 0) })
        {
            if (value < 0)
            {
                yield return FormattableString.Invariant(
                    $"{section}:{name} is {value}; it must be US dollars per million tokens, 0 or more.");
            }
        }

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(LatencyMs), LatencyMs ?? 1, 1, 3_600_000),
            (nameof(Quality), Quality ?? 0, 0, 100),
            (nameof(ContextTokens), ContextTokens ?? 1, 1, 1_000_000_000),
            (nameof(MaxOutputTokens), MaxOutputTokens, 0, 1_000_000_000),
            (nameof(MaxImageTokens), MaxImageTokens, 0, 1_000_000_000),
        })
        {
            if (value < least || value > most)
            {
                yield return FormattableString.Invariant($"{section}:{name} is {value}; it must be from {least:N0} to {most:N0}.");
            }
        }
    }
}
