using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>Reads the body of <c>POST /v1/chat/completions</c>.</summary>
internal static class ChatReader
{
    public static ModelCall Read(JsonElement root, SimulatorOptions options)
    {
        var model = Checks.Model(root, options, out var name);
        var messages = Checks.Required(root, "messages", "messages");
        var (prompt, prefix) = ReadMessages(messages);
        Checks.Decimal(root, "temperature", 0, 2);
        Checks.Decimal(root, "top_p", 0, 1);
        Checks.Decimal(root, "presence_penalty", -2, 2);
        Checks.Decimal(root, "frequency_penalty", -2, 2);
        var stream = Checks.Flag(root, "stream");
        return new ModelCall(model, name, [prompt])
        {
            Prefix = prefix,
            Format = FormatReader.Read(root, prompt),
            Choices = Checks.Integer(root, "n", 1, 128) ?? 1,
            MaxTokens = MaxTokens(root),
            Stream = stream,
            IncludeUsage = IncludeUsage(root, stream),
        };
    }

    /// <summary>Whether <c>stream_options</c> asks for the usage.</summary>
    public static bool IncludeUsage(JsonElement root, bool stream)
    {
        if (Checks.Member(root, "stream_options") is not { } streamOptions)
        {
            return false;
        }

        if (streamOptions.ValueKind != JsonValueKind.Object)
        {
            throw Checks.WrongType("stream_options", "an object", streamOptions);
        }

        return stream
            ? Checks.Flag(streamOptions, "include_usage")
            : throw new ApiException(ApiError.Invalid(
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", null));
    }

    private static (Prompt Prompt, string Prefix) ReadMessages(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw Checks.WrongType("messages", "an array of objects", messages);
        }

        var count = messages.GetArrayLength();
        if (count == 0)
        {
            throw Checks.EmptyArray("messages");
        }

        var prompt = new PromptBuilder();
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var path = $"messages[{index++}]";
            var role = MessageReader.Role(message, path);
            var isPrefix = index == count && role == "assistant";
            MessageReader.Read(message, role, path, isPrefix ? new PromptBuilder() : prompt);
            if (isPrefix)
            {
                return (prompt.Build(), MessageReader.Text(message));
            }
        }

        return (prompt.Build(), "");
    }

    private static int? MaxTokens(JsonElement root)
    {
        var old = Checks.Integer(root, "max_tokens", 1);
        var current = Checks.Integer(root, "max_completion_tokens", 1);
        return old is null || current is null
            ? current ?? old
            : throw new ApiException(ApiError.Invalid(
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens",
                "invalid_parameter_combination"));
    }
}
