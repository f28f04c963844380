using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Drover.Json;

/// <summary>Finds the JSON object in what a model wrote: bare, in a code fence, with text around it, or cut off.</summary>
/// <remarks>
/// A cut-off object is closed after its last complete member; whether what is left will do is for the recipe to say.
/// </remarks>
public static partial class JsonReply
{
    private const int MostTries = 16;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>
    /// Reads a JSON object in <paramref name="text"/>: of several the last that fits, or else the last; thoughts do not count.
    /// </summary>
    /// <param name="fits">Whether an object is what was asked for; null: any is.</param>
    public static bool TryRead(string text, out JsonElement value, Func<JsonElement, bool>? fits = null)
    {
        var found = new List<JsonElement>();
        text = WithoutThoughts(text);
        var tries = 0;
        for (var start = text.IndexOf('{'); start >= 0 && tries < MostTries; tries++)
        {
            var end = EndOfObject(text, start, out var closed);
            var isRead = closed is null ? TryParse(text[start..end], out value) : TryParse(closed, out value);
            if (isRead)
            {
                found.Add(value);
            }

            start = text.IndexOf('{', isRead ? end : start + 1);
        }

        value = found.FindLast(o => fits?.Invoke(o) ?? true) is { ValueKind: not JsonValueKind.Undefined } best
            ? best
            : found.LastOrDefault();
        return found.Count > 0;
    }

    /// <summary>
    /// The text without what the model thought on the way: <c>&lt;think&gt;</c>, <c>&lt;thinking&gt;</c>, <c>&lt;reasoning&gt;</c>.
    /// </summary>
    public static string WithoutThoughts(string text)
    {
        var without = Thought().Replace(text, "");

        // A template may open the thought in the prompt, so that the reply holds its end only.
        var end = ThoughtEnd().Match(without);
        return end.Success ? without[(end.Index + end.Length)..] : without;
    }

    [GeneratedRegex(@"<(think|thinking|reasoning|thought)>.*?(</\1>|\z)", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Thought();

    [GeneratedRegex(
        @"\A(?:(?!<(?:think|thinking|reasoning|thought)>).)*</(?:think|thinking|reasoning|thought)>",
        RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex ThoughtEnd();

    private static bool TryParse(string json, out JsonElement value)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonText.WithoutHalves(json), Lenient);
            value = document.RootElement.Clone();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            value = default;
            return false;
        }
    }

    /// <summary>Walks from an opening brace to its closing one; where the text ends first, gives it closed.</summary>
    private static int EndOfObject(string text, int start, out string? closed)
    {
        closed = null;
        var open = new Stack<char>();
        var inString = false;
        var complete = start; // Up to here every member is complete …
        var openAtComplete = Array.Empty<char>(); // … and these are the brackets still open there.
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (inString)
            {
                if (c == '\\')
                {
                    i++;
                }
                else if (c == '"')
                {
                    inString = false;
                }

                continue;
            }

            switch (c)
            {
                case '"':
                    inString = true;
                    break;
                case '{' or '[':
                    open.Push(c == '{' ? '}' : ']');
                    break;
                case '}' or ']':
                    if (open.Count == 0 || open.Pop() != c)
                    {
                        return i + 1; // Not JSON; parsing will say so.
                    }

                    if (open.Count == 0)
                    {
                        return i + 1;
                    }

                    (complete, openAtComplete) = (i + 1, [.. open]);
                    break;
                case ',':
                    (complete, openAtComplete) = (i, [.. open]);
                    break;
                default:
                    break;
            }
        }

        closed = complete > start
            ? new StringBuilder(text, start, complete - start, complete - start + openAtComplete.Length).Append(openAtComplete).ToString()
            : "";
        return text.Length;
    }
}
