using System.Text;

namespace Drover.Simulator.Calls;

/// <summary>
/// The simulator's tokens: a quarter of the text's UTF-8 bytes, rounded up; an image is 765, or 85 with <c>"detail":"low"</c>.
/// </summary>
internal static class TokenEstimate
{
    public const int Image = 765;
    public const int SmallImage = 85;

    public static int Of(string text) => OfBytes(Encoding.UTF8.GetByteCount(text));

    public static int OfBytes(int bytes) => (bytes + 3) / 4;

    /// <summary>The longest beginning of the text that is no more than so many tokens.</summary>
    public static string Cut(string text, int tokens)
    {
        if (Of(text) <= tokens)
        {
            return text;
        }

        var (bytes, end) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (OfBytes(bytes) > tokens)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }
}
