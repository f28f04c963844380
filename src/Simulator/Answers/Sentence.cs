namespace Drover.Simulator.Answers;

/// <summary>Cuts texts where a reader would.</summary>
internal static class Sentence
{
    /// <summary>At full stops of Latin and Japanese writing, and at blank lines.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && !EndsAt(text, i))
            {
                continue;
            }

            var sentence = string.Join(' ', text[start..(i + 1)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (sentence.Length > 0)
            {
                sentences.Add(sentence);
            }

            start = i + 1;
        }

        return sentences;
    }

    /// <summary>No longer than the limit, at the end of a word where one is near.</summary>
    public static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        var end = maxLength > 0 && char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        var space = text[..end].LastIndexOf(' ');
        return text[..(space > maxLength / 2 ? space : end)];
    }

    private static bool EndsAt(string text, int i) =>
        text[i] is '。' or '！' or '？'
        || (text[i] is '.' or '!' or '?' && char.IsWhiteSpace(text[i + 1]))
        || (text[i] == '\n' && text[i + 1] is '\n' or '\r');
}
