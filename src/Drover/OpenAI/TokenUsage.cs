namespace Drover.OpenAI;

/// <summary>The tokens of one call, as the upstream's <c>usage</c> states them.</summary>
/// <param name="PromptTokens">All prompt tokens, the cached ones among them.</param>
/// <param name="CompletionTokens">The tokens generated.</param>
/// <param name="CachedTokens">The prompt tokens that came from the upstream's cache.</param>
/// <param name="ReasoningTokens">The tokens generated that are not in the answer.</param>
public readonly record struct TokenUsage(long PromptTokens, long CompletionTokens, long CachedTokens, long ReasoningTokens = 0)
{
    public static TokenUsage operator +(TokenUsage a, TokenUsage b) => new(
        a.PromptTokens + b.PromptTokens, a.CompletionTokens + b.CompletionTokens, a.CachedTokens + b.CachedTokens,
        a.ReasoningTokens + b.ReasoningTokens);
}
