using System.Text;
using Drover.OpenAI;

namespace Drover.Streams;

/// <summary>Adds to the usage of an answer's last call what the calls before it used, which broke off and never said.</summary>
/// <remarks>
/// What a broken call used is estimated: its completion is a quarter of a token per UTF-8 byte of the text that came from
/// it; its prompt is the last call's, with the text it had to go on from in place of the last call's.
/// </remarks>
internal sealed class UsageSum
{
    private readonly List<(long Prefix, long Received)> _broken = [];

    /// <summary>A quarter of the text's UTF-8 bytes, rounded up.</summary>
    public static long Estimate(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    /// <summary>Counts a call that broke.</summary>
    /// <param name="prefix">The text it went on from.</param>
    /// <param name="received">The text that came of it.</param>
    public void AddBroken(string prefix, string received) => _broken.Add((Estimate(prefix), Estimate(received)));

    /// <summary>The sum, given what the last call says and the text that it went on from.</summary>
    public TokenUsage With(TokenUsage last, string prefix)
    {
        var prompt = Math.Max(0, last.PromptTokens - Estimate(prefix));
        return new TokenUsage(
            last.PromptTokens + _broken.Sum(b => prompt + b.Prefix),
            last.CompletionTokens + _broken.Sum(b => b.Received),
            last.CachedTokens);
    }
}
