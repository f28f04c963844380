namespace Drover.Tokens;

/// <summary>Tokens of a text, about, without a tokenizer; counted in quarters of a token, so that sums are exact.</summary>
/// <remarks>
/// Measured rules of thumb of current tokenizers (o200k and its like): Latin text four bytes a token, which for Greek, Cyrillic,
/// Arabic and Hebrew (two bytes a character) makes two characters a token; Chinese, Japanese, Korean and other characters of
/// three bytes one each; emoji and other characters of four bytes two each.
/// </remarks>
internal static class TextTokens
{
    private const int OfThreeBytes = 4;
    private const int OfFourBytes = 8;

    /// <summary>The quarters of a text.</summary>
    public static long QuartersOf(ReadOnlySpan<char> text)
    {
        long quarters = 0;
        foreach (var c in text)
        {
            quarters += c < 0x80 ? 1 : c < 0x800 ? 2 : char.IsSurrogate(c) ? OfFourBytes / 2 : OfThreeBytes;
        }

        return quarters;
    }

    /// <summary>The quarters of the text of a JSON string, as it stands in the JSON: UTF-8 with escapes.</summary>
    public static long QuartersOfJson(ReadOnlySpan<byte> raw, bool isEscaped)
    {
        // Most texts have one or two bytes a character and no escapes, and to find that out is much faster than to count.
        var counted = FirstOf(raw.IndexOfAnyInRange((byte)0xE0, (byte)0xFF), isEscaped ? raw.IndexOf((byte)'\\') : -1) ?? raw.Length;
        long quarters = counted;
        for (var i = counted; i < raw.Length; i++)
        {
            quarters += raw[i] switch
            {
                (byte)'\\' when isEscaped => QuartersOfEscape(raw, ref i),
                >= 0xF0 => OfFourBytes - 3, // Its three further bytes add one each.
                >= 0xE0 => OfThreeBytes - 2,
                _ => 1,
            };
        }

        return quarters;
    }

    private static int? FirstOf(int one, int other) =>
        one < 0 ? (other < 0 ? null : other) : other < 0 ? one : Math.Min(one, other);

    // \n and its like are a byte of text; \u4e2d stands for a character, and half of one of four bytes.
    private static int QuartersOfEscape(ReadOnlySpan<byte> raw, ref int i)
    {
        if (i + 5 >= raw.Length || raw[i + 1] != 'u')
        {
            i++;
            return 1;
        }

        var isAscii = raw[i + 2] == '0' && raw[i + 3] == '0' && raw[i + 4] < '8';
        var isTwoBytes = raw[i + 2] == '0' && raw[i + 3] < '8';
        i += 5;
        return isAscii ? 1 : isTwoBytes ? 2 : OfThreeBytes;
    }
}
