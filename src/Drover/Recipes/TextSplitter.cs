using Drover.Inference;

namespace Drover.Recipes;

/// <summary>Splits a text into parts that a request can hold, at the ends of sentences. The parts put together are the text again.</summary>
/// <remarks>
/// A sentence ends at a line break, after 。！？ and their like (with closing brackets), and after . ! ? before a space, unless a small
/// letter follows or the word before is an initial or an abbreviation. A sentence that is longer than a part is cut where it must be,
/// after a space or comma if one is near, and never within a character.
/// </remarks>
internal static class TextSplitter
{
    private const string EastAsianEnds = "。！？｡．";
    private const string LatinEnds = ".!?…";
    private const string Closers = "」』）】〉》〕”’\"')]}»";
    private const string GoesOn = "、。，とっなのがはをに"; // What follows a closing bracket within a Japanese sentence.

    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "no", "vol", "fig", "cf", "approx", "inc", "ltd", "co", "corp",
        "z.b", "bzw", "usw", "nr", "ca", "bd", "mme", "mlle", "sra", "pp", "ed", "eds", "al", "chap", "art", "gen", "col", "capt", "lt", "rev", "hon",
    };

    /// <summary>Splits a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The most tokens of a part, by the count of <see cref="TextTokens"/>.</param>
    public static IReadOnlyList<string> Split(string text, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2); // An emoji is two.
        var limit = 4L * most;
        var parts = new List<string>();
        var (start, end, quarters) = (0, 0, 0L); // The part that is open, and what it takes.
        while (end < text.Length)
        {
            var next = EndOfSentence(text, end);
            var more = TextTokens.QuartersOf(text.AsSpan(end, next - end));
            if (quarters + more > limit && end > start)
            {
                parts.Add(text[start..end]);
                (start, quarters) = (end, 0);
            }

            while (more > limit)
            {
                var cut = CutWithin(text, start, next, limit);
                parts.Add(text[start..cut]);
                start = cut;
                more = TextTokens.QuartersOf(text.AsSpan(start, next - start));
            }

            quarters += more;
            end = next;
        }

        if (end > start || parts.Count == 0)
        {
            parts.Add(text[start..]);
        }

        return parts;
    }

    /// <summary>Where the sentence that begins at <paramref name="start"/> ends, with the spaces behind it.</summary>
    internal static int EndOfSentence(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            var isEnd = text[i] == '\n' || EastAsianEnds.Contains(text[i]) || LatinEnds.Contains(text[i]);
            if (!isEnd)
            {
                continue;
            }

            var behind = i + 1;
            while (behind < text.Length && (Closers.Contains(text[behind]) || EastAsianEnds.Contains(text[behind]) || LatinEnds.Contains(text[behind])))
            {
                behind++;
            }

            var space = behind;
            while (space < text.Length && char.IsWhiteSpace(text[space]))
            {
                space++;
            }

            if (space == text.Length || text[i] == '\n' || (EastAsianEnds.Contains(text[i])
                ? behind == i + 1 || !GoesOn.Contains(text[behind])
                : space > behind && !char.IsLower(text[space]) && !(text[i] == '.' && IsAbbreviation(text, start, i))))
            {
                return space;
            }

            i = behind - 1;
        }

        return text.Length;
    }

    private static bool IsAbbreviation(string text, int start, int dot)
    {
        var begin = dot;
        while (begin > start && (char.IsLetter(text[begin - 1]) || (text[begin - 1] == '.' && begin - 1 > start)))
        {
            begin--;
        }

        var word = text[begin..dot];
        return (word.Length == 1 && char.IsUpper(word[0])) || Abbreviations.Contains(word);
    }

    // The longest beginning that fits, back to the last space or comma in its last tenth.
    private static int CutWithin(string text, int start, int end, long limit)
    {
        var (i, quarters) = (start, 0L);
        while (i < end)
        {
            var length = char.IsSurrogatePair(text, i) ? 2 : 1;
            var more = TextTokens.QuartersOf(text.AsSpan(i, length));
            if (quarters + more > limit)
            {
                break;
            }

            (i, quarters) = (i + length, quarters + more);
        }

        var near = text.AsSpan(start, i - start).LastIndexOfAny(" \t,;、，；\u3000");
        return near > (i - start) * 9 / 10 ? start + near + 1 : i;
    }
}
