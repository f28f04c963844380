using Drover.Tokens;

namespace Drover.Recipes;

/// <summary>
/// Splits a text into parts that a request can hold, at the ends of sentences. The parts put together are the text again.
/// </summary>
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
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "no", "vol", "fig", "cf", "approx", "inc", "ltd",
        "co", "corp",
        "z.b", "bzw", "usw", "nr", "ca", "bd", "mme", "mlle", "sra", "pp", "ed", "eds", "al", "chap", "art", "gen", "col", "capt", "lt",
        "rev", "hon",
    };

    /// <summary>Splits a text.</summary>
    /// <param name="most">The most tokens of a part.</param>
    /// <param name="counter">Counts them, sentence by sentence, unless the text is far from having so many; null: the count is that of
    /// <see cref="TextTokens"/>.</param>
    public static IReadOnlyList<string> Split(string text, int most, TokenCounter? counter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2); // An emoji is two.
        var limit = 4L * most;
        if (counter is not null && 2 * TextTokens.QuartersOf(text) <= limit)
        {
            return [text];
        }

        var parts = new List<string>();
        var (start, end, quarters) = (0, 0, 0L); // The part that is open, and what it takes.
        while (end < text.Length)
        {
            var next = EndOfSentence(text, end);
            var more = counter is null
                ? TextTokens.QuartersOf(text.AsSpan(end, next - end))
                : QuartersOf(WithSpaceBefore(text, start, end, next), counter);
            if (quarters + more > limit && end > start)
            {
                parts.Add(text[start..end]);
                (start, quarters) = (end, 0);
            }

            while (more > limit && start < next)
            {
                var cut = CutWithin(text, start, next, limit, counter);
                parts.Add(text[start..cut]);
                more -= QuartersOf(text.AsSpan(start, cut - start), counter);
                start = cut;
                more = more > 2 * limit ? more : QuartersOf(text.AsSpan(start, next - start), counter);
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
            while (
                behind < text.Length
                    && (Closers.Contains(text[behind]) || EastAsianEnds.Contains(text[behind]) || LatinEnds.Contains(text[behind])))
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

    // The space between two sentences is a part of the second one's first token.
    private static ReadOnlySpan<char> WithSpaceBefore(string text, int start, int from, int to)
    {
        from -= from > start && text[from - 1] == ' ' ? 1 : 0;
        to -= to - from > 1 && text[to - 1] == ' ' ? 1 : 0;
        return text.AsSpan(from, to - from);
    }

    /// <summary>The quarters of a text: counted, or by the rule.</summary>
    internal static long QuartersOf(ReadOnlySpan<char> text, TokenCounter? counter) =>
        counter is null ? TextTokens.QuartersOf(text) : 4 * counter.Count(text);

    // The longest beginning that fits, back to the last space or comma in its last tenth; at the least one character.
    private static int CutWithin(string text, int start, int end, long limit, TokenCounter? counter)
    {
        var i = counter is null ? EndByRule(text, start, end, limit) : start + counter.LengthOf(text.AsSpan(start, end - start), limit / 4);
        i -= i > start && i < text.Length && char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        i = i > start ? i : start + (char.IsSurrogatePair(text, start) ? 2 : 1);
        var near = text.AsSpan(start, i - start).LastIndexOfAny(" \t,;、，；\u3000");
        return near > (i - start) * 9 / 10 ? start + near + 1 : i;
    }

    private static int EndByRule(string text, int start, int end, long limit)
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

        return i;
    }
}
