using System.Text.Json;
using Drover.Json;
using Drover.OpenAI;

namespace Drover.Recipes;

/// <summary>Why a reply ended, where that explains why it will not do.</summary>
/// <param name="Code">The code of the fault; null: it ended as it should.</param>
/// <param name="Why">A sentence.</param>
internal readonly record struct ReplyEnd(string? Code, string? Why)
{
    /// <summary>Whether asking once more would come to the same.</summary>
    public bool IsFinal => Code is "content_filter" or "refusal";

    /// <summary>Reads the end of a choice.</summary>
    /// <param name="usage">The tokens that its answer used.</param>
    public static ReplyEnd Of(JsonElement choice, TokenUsage usage)
    {
        if (choice.Member("message").Text("refusal") is { Length: > 0 } refusal)
        {
            return new ReplyEnd("refusal", $"The model refused: {Excerpt.Of(refusal)}");
        }

        var (used, thought) = (usage.CompletionTokens, usage.ReasoningTokens);
        return choice.Text("finish_reason") switch
        {
            "content_filter" => new ReplyEnd(
                "content_filter", "The provider's content filter withheld the reply (finish_reason content_filter)."),
            "length" when thought > 0 && thought >= used => new ReplyEnd(
                "output_limit",
                $"The model used its {used:N0} output tokens for reasoning; raise Drover:Recipes:MaxOutputTokens (--max-output-tokens)."),
            "length" => new ReplyEnd(
                "output_limit",
                $"The reply was cut off after {used:N0} output tokens (finish_reason length); raise Drover:Recipes:MaxOutputTokens (--max-output-tokens)."),
            _ => default,
        };
    }

    /// <summary>What a recipe made of the reply, with the reason where there is a fault, or where something may be missing.</summary>
    /// <param name="reply">What the model wrote.</param>
    public Reading Explain(Reading reading, string reply) => Code is null || (reading.Fault is null && !MayBeCut(reply))
        ? reading
        : reading with { Fault = reading.Fault is null ? Why : $"{Why} {reading.Fault}", Code = Code, Ask = null };

    // What comes to its closing brace was not cut before it.
    private bool MayBeCut(string reply) => Code == "output_limit" && !reply.AsSpan().TrimEnd().TrimEnd('`').TrimEnd().EndsWith("}");
}
