using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Drover.Simulator.Answers;

/// <summary>The part of a prompt that an answer is about, its sentences and its words.</summary>
/// <remarks>
/// What follows a line such as <c>Text:</c> or <c>&lt;text&gt;</c>, or lines such as <c>Title: …</c>, is the source; without
/// them it is the longest paragraph. Only its first 32,768 characters are looked at.
/// </remarks>
internal sealed class SourceText
{
    private const int Most = 32_768;
    private static readonly string[] TextLabels = ["text", "content", "source", "document", "article", "body"];
    private static readonly string[] HeadLabels = ["title", "address", "url", "id"];
    private readonly string _prompt;
    private readonly Lazy<IReadOnlyList<string>> _sentences;
    private readonly Lazy<IReadOnlyList<string>> _keywords;

    public SourceText(string userText)
    {
        var text = userText.Length > Most ? userText[..Most] : userText;
        _prompt = text;
        Text = (Labelled(text) ?? LongestParagraph(text)).Trim();
        _sentences = new(() => Sentence.Split(Text));
        _keywords = new(() => Words.Keywords(Text));
    }

    public string Text { get; }

    /// <summary>How many of something the prompt asks for, as in "7 texts" or "7 short texts"; null where it says nothing.</summary>
    public int? Asked(string name) => Number($@"\b(\d{{1,2}}) (?:\w+ )?{Regex.Escape(name)}\b");

    /// <summary>The longest text that the prompt asks for, as in "at most 80 characters"; null where it says nothing.</summary>
    public int? Longest => Number(@"\bat most (\d{1,5}) characters\b");

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

        return Sentence.Cut(summary.ToString(), maxLength);
    }

    private int? Number(string pattern) => Regex.Match(_prompt, pattern, RegexOptions.IgnoreCase) is { Success: true } match
        ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : null;

    private static string? Labelled(string text)
    {
        var (start, head) = (0, -1);
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
            var line = text.AsSpan(start, end - start).Trim();
            if (Label(line, TextLabels) is { } label)
            {
                var from = start + text.AsSpan(start).IndexOf(label, StringComparison.OrdinalIgnoreCase) + label.Length + 1;
                var close = line[0] == '<' ? text.IndexOf($"</{label}", from, StringComparison.OrdinalIgnoreCase) : -1;
                return NotBlank(close < 0 ? text[from..] : text[from..close]);
            }

            if (Label(line, HeadLabels) is not null)
            {
                head = end;
            }
            else if (head >= 0)
            {
                break;
            }

            start = end + 1;
        }

        return head >= 0 ? NotBlank(text[head..]) : null;
    }

    /// <summary>The label at the line's beginning, before a colon or in angle brackets.</summary>
    private static string? Label(ReadOnlySpan<char> line, string[] labels)
    {
        line = line.TrimStart("<#* ");
        foreach (var label in labels)
        {
            if (line.Length > label.Length && line[label.Length] is ':' or '>'
                && line.StartsWith(label, StringComparison.OrdinalIgnoreCase))
            {
                return label;
            }
        }

        return null;
    }

    private static string? NotBlank(string text) => string.IsNullOrWhiteSpace(text) ? null : text.TrimStart('*', ' ', '\r', '\n');

    private static string LongestParagraph(string text) =>
        text.ReplaceLineEndings("\n").Split("\n\n").MaxBy(paragraph => paragraph.Length)!;
}
