using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.OpenAI;

namespace Drover.Streams;

/// <summary>The body of a <c>POST /v1/chat/completions</c>.</summary>
public sealed class ChatRequest
{
    /// <summary>The route of the upstream's.</summary>
    public const string Url = "/v1/chat/completions";

    private ChatRequest(byte[] body, string? key, JsonElement root)
    {
        (Body, Key) = (body, key);
        IsStream = IsTrue(root, "stream");
        AsksForUsage = root.TryGetProperty("stream_options", out var options) && IsTrue(options, "include_usage");
        Shape = RequestShape.Read(Url, body);
    }

    /// <summary>The JSON as it came.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The name of the caller's key that asks, and pays; null for none.</summary>
    public string? Key { get; }

    /// <summary>Whether the answer is to come as events.</summary>
    public bool IsStream { get; }

    /// <summary>Whether a stream is to end with the tokens that it used.</summary>
    public bool AsksForUsage { get; }

    /// <summary>What it asks for.</summary>
    public RequestShape Shape { get; }

    /// <summary>Reads a body.</summary>
    /// <exception cref="JsonException">It is no JSON object; what is in it is for the upstream to judge.</exception>
    public static ChatRequest Read(byte[] body, string? key = null)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new ChatRequest(body, key, document.RootElement)
            : throw new JsonException("The body must be a JSON object.");
    }

    /// <summary>
    /// The body that asks the upstream to go on after a text; without a text, the body that asks for the answer from the beginning.
    /// </summary>
    /// <param name="how">How to ask.</param>
    /// <param name="withUsage">Whether to ask for the tokens used though the caller does not.</param>
    internal ReadOnlyMemory<byte> BodyAfter(string text, Continuation how, bool withUsage)
    {
        if (text.Length == 0 && !withUsage)
        {
            return Body;
        }

        var root = JsonNode.Parse(Body.Span)!.AsObject();
        if (withUsage)
        {
            AskForUsage(root);
        }

        if (text.Length > 0)
        {
            GoOn(root, text, how);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(ReadableJson.Options));
    }

    private static void AskForUsage(JsonObject root)
    {
        if (root["stream_options"] is not JsonObject options)
        {
            root["stream_options"] = options = [];
        }

        options["include_usage"] = true;
    }

    private static void GoOn(JsonObject root, string text, Continuation how)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = WithoutHalfPair(text) };
        if (how == Continuation.PrefixFlag)
        {
            message["prefix"] = true;
        }
        else if (how == Continuation.ContinueFinalMessage)
        {
            (root["continue_final_message"], root["add_generation_prompt"]) = (true, false);
        }

        Extend(root["messages"] as JsonArray, message, text);
        foreach (var limit in new[] { "max_tokens", "max_completion_tokens" })
        {
            if (root[limit] is JsonValue value && value.TryGetValue<long>(out var most))
            {
                root[limit] = Math.Max(1, most - UsageSum.Estimate(text));
            }
        }
    }

    // A caller's own prefix and the text so far are one prefix.
    private static void Extend(JsonArray? messages, JsonObject message, string text)
    {
        if (messages is not null && messages.Count > 0 && messages[^1] is JsonObject last
            && last["role"] is JsonValue role && role.TryGetValue<string>(out var name) && name == "assistant"
            && last["content"] is JsonValue content && content.TryGetValue<string>(out var before))
        {
            message["content"] = before + WithoutHalfPair(text);
            messages[^1] = message;
            return;
        }

        messages?.Add(message);
    }

    private static bool IsTrue(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string WithoutHalfPair(string text) => char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
}
