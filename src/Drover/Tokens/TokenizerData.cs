using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Drover.Tokens;

/// <summary>Loads a tokenizer, shares it among those who count at the time, and lets it go with the last of them.</summary>
/// <remarks>
/// <c>TiktokenTokenizer.CreateForEncoding</c> keeps what it loaded for the life of the process (60 MB resident for o200k), and a
/// batch counts for a second at its beginning. So the data packages are read here, and a tokenizer is held weakly.
/// </remarks>
internal static partial class TokenizerData
{
    private static readonly Lock Gate = new();
    private static readonly WeakReference<Tokenizer?> O200k = new(null);
    private static readonly WeakReference<Tokenizer?> Cl100k = new(null);

    public static Tokenizer Of(TokenEncoding encoding)
    {
        lock (Gate)
        {
            var held = encoding == TokenEncoding.Cl100k ? Cl100k : O200k;
            if (!held.TryGetTarget(out var tokenizer))
            {
                held.SetTarget(tokenizer = encoding == TokenEncoding.Cl100k
                    ? Load("Cl100kBase", "cl100k_base", Cl100kWords())
                    : Load("O200kBase", "o200k_base", O200kWords()));
            }

            return tokenizer;
        }
    }

    private static TiktokenTokenizer Load(string package, string resource, Regex words)
    {
        using var packed = Assembly.Load($"Microsoft.ML.Tokenizers.Data.{package}")
            .GetManifestResourceStream($"{resource}.tiktoken.deflate")
            ?? throw new InvalidOperationException(
                $"The package Microsoft.ML.Tokenizers.Data.{package} has no {resource}.tiktoken.deflate.");
        using var ranks = new DeflateStream(packed, CompressionMode.Decompress);
        return TiktokenTokenizer.Create(ranks, new RegexPreTokenizer(words, null), normalizer: null);
    }

    // The patterns that OpenAI's tiktoken publishes for the two encodings (tiktoken_ext/openai_public.py).
    [GeneratedRegex("""
        [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
        [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
        \p{N}{1,3}|[ ]?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex O200kWords();

    [GeneratedRegex("""
        '(?i:[sdmt]|ll|ve|re)|(?>[^\r\n\p{L}\p{N}]?)(?>\p{L}+)|(?>\p{N}{1,3})|[ ]?(?>[^\s\p{L}\p{N}]+)(?>[\r\n]*)|
        (?>\s+)$|\s*[\r\n]|\s+(?!\S)|\s
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Cl100kWords();
}
