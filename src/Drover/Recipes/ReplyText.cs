using System.Text.Json;

namespace Drover.Recipes;

/// <summary>The text that the model wrote, from a chat completion.</summary>
internal static class ReplyText
{
    /// <summary><c>choices[0].message.content</c>, as a text or as parts of type text; null where there is none.</summary>
    public static string? Of(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Read(body);
        }
        catch (InvalidOperationException)
        {
            return null; // A member is of another kind than the API's, or a text holds half a surrogate pair.
        }
    }

    private static string? Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("choices", out var choices)
            || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0
            || !choices[0].TryGetProperty("message", out var message)
            || !message.TryGetProperty("content", out var content))
        {
            return null;
        }

        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString(),
            JsonValueKind.Array =>
                string.Concat(content.EnumerateArray().Select(p => p.TryGetProperty("text", out var t) ? t.GetString() : "")),
            _ => null,
        };
    }
}
