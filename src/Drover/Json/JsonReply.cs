using System.Text;
using System.Text.Json;

namespace Drover.Json;

/// <summary>Finds the JSON object in what a model wrote: bare, in a code fence, with text around it, or cut off.</summary>
/// <remarks>
/// A cut-off object is closed after its last complete member; whether what is left will do is for the recipe to say.
/// </remarks>
public static class JsonReply
{
    private const int MostTries = 16;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads the first JSON object in <paramref name="text"/>.</summary>
    public static bool TryRead(string text, out JsonElement value)
    {
        var tries = 0;
        for (var start = text.IndexOf('{'); start >= 0 && tries < MostTries; start = text.IndexOf('{', start + 1), tries++)
        {
            var end = EndOfObject(text, start, out var closed);
            if (closed is null ? TryParse(text[start..end], out value) : TryParse(closed, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    private static bool TryParse(string json, out JsonElement value)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (json.Contains("\\u", StringComparison.Ordinal))
            {
                using var unescaped = new Utf8JsonWriter(Stream.Null);
                document.RootElement.WriteTo(unescaped); // Throws for half a surrogate pair, which whoever reads that text would meet.
            }

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
