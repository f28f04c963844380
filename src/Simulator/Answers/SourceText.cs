using System.Text;

namespace Drover.Simulator.Answers;

/// <summary>The part of a prompt that an answer is about, its sentences and its words.</summary>
/// <remarks>
/// What follows a line such as <c>Text:</c> or <c>&lt;text&gt;</c> is the source; without one it is the longest paragraph. Only
/// its first 32,768 characters are looked at.
/// </remarks>
internal sealed class SourceText
{
    private const int Longest = 32_768;
    private static readonly string[] Labels = ["text", "content", "source", "document", "article", "body"];
    private readonly Lazy<IReadOnlyList<string>> _sentences;
    private readonly Lazy<IReadOnlyList<string>> _keywords;

    public SourceText(string userText)
    {
        var text = userText.Length > Longest ? userText[..Longest] : userText;
        Text = (Labelled(text) ?? LongestParagraph(text)).Trim();
        _sentences = new(() => Split(Text));
        _keywords = new(() => Words.Keywords(Text));
    }

    public string Text { get; }

    /// <summary>Without line breaks inside, with their full stops.</summary>
    public IReadOnlyList<string> Sentences => _sentences.Value;

    /// <summary>The words that matter, most frequent first, as they first occur in the text.</summary>
    public IReadOnlyList<string> Keywords => _keywords.Value;

    /// <summary>As many first sentences as fit, or the first one cut at the end of a word.</summary>
    public string Summary(int maxLength)
    {
        var summary = new StringBuilder();
        foreach (var sentence in Sentences)
        {
            if (summary.Length > 0 && summary.Length + 1 + sentence.Length > maxLength)
            {
                break;
            }

            summary.Append(summary.Length > 0 ? " " : "").Append(sentence);
        }

        return Cut(summary.ToString(), maxLength);
    }

    public static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        var end = maxLength > 0 && char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        var space = text.LastIndexOf(' ', Math.Max(0, end - 1));
        return text[..(space > maxLength / 2 ? space : end)];
    }

    private static string? Labelled(string text)
    {
        var start = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var bare = line.Trim();
            var label = bare.TrimStart("<#* ").ToString();
            var name = Array.Find(Labels, known => label.StartsWith(known, StringComparison.OrdinalIgnoreCase));
            if (name is not null && label.Length > name.Length && label[name.Length] is ':' or '>')
            {
                var from = text.IndexOf(label, start, StringComparison.Ordinal) + name.Length + 1;
                var tag = bare.StartsWith("<") ? text.IndexOf($"</{name}", from, StringComparison.OrdinalIgnoreCase) : -1;
                var source = tag < 0 ? text[from..] : text[from..tag];
                return string.IsNullOrWhiteSpace(source) ? null : source.TrimStart('*');
            }

            start += line.Length;
        }

        return null;
    }

    private static string LongestParagraph(string text) =>
        text.ReplaceLineEndings("\n").Split("\n\n").MaxBy(paragraph => paragraph.Length)!;

    private static List<string> Split(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var ends = text[i] is '。' or '！' or '？'
                || (text[i] is '.' or '!' or '?' or '\n' && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])));
            if (ends || i + 1 == text.Length)
            {
                var sentence = string.Join(' ', text[start..(i + 1)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                if (sentence.Length > 0)
                {
                    sentences.Add(sentence);
                }

                start = i + 1;
            }
        }

        return sentences;
    }
}
