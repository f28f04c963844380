using System.Collections.Frozen;

namespace Drover.Simulator.Answers;

/// <summary>Finds a text's keywords by counting.</summary>
internal static class Words
{
    private static readonly FrozenSet<string> Common = FrozenSet.ToFrozenSet(
        ("about above after again against also although always among another because been before being below between both cannot "
            + "could does doing down during each either else even ever every from further have having here hers herself himself into "
            + "itself just less like made make many might more most much must need neither never next none only onto other ought ours "
            + "over rather same several shall should since some such than that their theirs them then there these they this those "
            + "though through thus today toward under until upon used using very well were what when where whether which while whom "
            + "whose will with within without would your yours").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    private enum Script
    {
        None,
        Letters,
        Katakana,
        Kanji,
    }

    /// <summary>Words of four letters or more, or of two characters or more in kanji and katakana, most frequent first.</summary>
    public static IReadOnlyList<string> Keywords(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var order = new List<string>();
        var start = 0;
        while (start < text.Length)
        {
            var script = ScriptOf(text[start]);
            var end = start + 1;
            while (end < text.Length && script != Script.None && ScriptOf(text[end]) == script)
            {
                end++;
            }

            var word = text.AsSpan(start, end - start);
            if (IsKeyword(word, script))
            {
                if (lookup.TryGetValue(word, out var count))
                {
                    lookup[word] = count + 1;
                }
                else
                {
                    var added = word.ToString();
                    counts.Add(added, 1);
                    order.Add(added);
                }
            }

            start = end;
        }

        return [.. order.OrderByDescending(word => counts[word])];
    }

    private static bool IsKeyword(ReadOnlySpan<char> word, Script script) => script switch
    {
        Script.Letters => word.Length is >= 4 and <= 40 && char.IsLetter(word[0])
            && !Common.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word),
        Script.None => false,
        _ => word.Length >= 2,
    };

    private static Script ScriptOf(char c) => c switch
    {
        >= '一' and <= '鿿' => Script.Kanji,
        >= 'ァ' and <= 'ー' => Script.Katakana,
        >= 'ぁ' and <= 'ゟ' => Script.None,
        _ => char.IsLetterOrDigit(c) || char.IsSurrogate(c) ? Script.Letters : Script.None,
    };
}
