using System.Text;
using Drover.OpenAI;
using Drover.Tokens;

namespace Drover.Upstreams;

/// <summary>Estimates what an answer used that was paid for and does not say.</summary>
internal static class UsageEstimate
{
    private const int LongestCounted = 64 * 1024;

    /// <summary>
    /// The result with its usage, estimated where it is not known: the prompt as for the limits, the reply by the tokenizer.
    /// </summary>
    public static CallResult Of(CallResult result, ApiCall call)
    {
        if (result.IsUsageKnown || !(result.Outcome == Outcome.Result || (result.IsUnreadable && result.Outcome != Outcome.SetupWrong)))
        {
            return result;
        }

        var text = result.IsJson ? ReplyText.All(result.Body) : Encoding.UTF8.GetString(result.Body.Span);
        var completion = call.Url == "/v1/embeddings"
            ? 0
            : new TokenCounter(TokenCounter.EncodingOf(call.Model), LongestCounted).Count(text);
        return result with { Usage = new TokenUsage(call.PromptTokens, completion, 0) };
    }
}
