using System.Text;
using System.Text.Json;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>The text that the model wrote, from a chat completion.</summary>
internal static class ReplyText
{
    /// <summary><c>choices[0]</c> of an answer; undefined where there is none.</summary>
    public static JsonElement FirstChoice(JsonElement answer) =>
        answer.Member("choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0 ? choices[0] : default;

    /// <summary><c>message.content</c> of a choice, as a text or as parts of type text; null where there is none.</summary>
    public static string? OfChoice(JsonElement choice) => OfContent(choice.Member("message").Member("content"));

    /// <summary>All texts of an answer, whatever its route, for an estimate of their tokens.</summary>
    public static string All(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var text = new StringBuilder();
        foreach (var name in new[] { "choices", "output" })
        {
            Append(text, document.RootElement.Member(name));
        }

        return text.ToString();
    }

    /// <summary>A content: a text, or parts, of which those of a thought are no text of the answer; null for neither.</summary>
    public static string? OfContent(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => JsonText.Of(content),
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(OfPart)),
        _ => null,
    };

    private static string OfPart(JsonElement part) => part.ValueKind switch
    {
        JsonValueKind.String => JsonText.Of(part),
        JsonValueKind.Object when part.Member("type") is not { ValueKind: JsonValueKind.String } type
            || JsonText.Of(type) is "text" or "output_text" =>
                part.Member("text") is { ValueKind: JsonValueKind.String } text ? JsonText.Of(text) : "",
        _ => "",
    };

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                text.Append(JsonText.Of(value)).Append(' ');
                break;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                {
                    Append(text, element);
                }

                break;
            case JsonValueKind.Object:
                foreach (
                    var member in value.EnumerateObject()
                        .Where(m => m.Name is not ("logprobs" or "id" or "type" or "role" or "finish_reason" or "status")))
                {
                    Append(text, member.Value);
                }

                break;
            default:
                break;
        }
    }
}
