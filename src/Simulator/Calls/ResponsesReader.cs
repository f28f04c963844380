using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>Reads the body of <c>POST /v1/responses</c>, as far as a single turn without tools needs it.</summary>
internal static class ResponsesReader
{
    public static ModelCall Read(JsonElement root, SimulatorOptions options)
    {
        var model = Checks.Model(root, options, out var name);
        if (Checks.Flag(root, "stream"))
        {
            throw new ApiException(ApiError.Invalid("The simulator does not stream responses.", "stream", "unsupported_parameter"));
        }

        var builder = new PromptBuilder();
        if (Checks.Member(root, "instructions") is not null)
        {
            builder.AddText("system", Checks.RequiredText(root, "instructions", "instructions"));
        }

        ReadInput(Checks.Required(root, "input", "input"), builder);
        var prompt = builder.Build();
        Checks.Decimal(root, "temperature", 0, 2);
        Checks.Decimal(root, "top_p", 0, 1);
        var format = Checks.Member(root, "text") is { } text ? Checks.Member(text, "format") : null;
        return new ModelCall(model, name, [prompt])
        {
            Format = format is { } asked
                ? FormatReader.ReadFormat(asked, "text.format", prompt, nested: false)
                : prompt.MentionsJson ? AnswerFormat.JsonObject : AnswerFormat.Text,
            MaxTokens = Checks.Integer(root, "max_output_tokens", 16),
        };
    }

    private static void ReadInput(JsonElement input, PromptBuilder prompt)
    {
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                prompt.AddText("user", input.GetString()!);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var message in input.EnumerateArray())
                {
                    var path = $"input[{index++}]";
                    MessageReader.Read(message, MessageReader.Role(message, path), path, prompt);
                }

                break;
            default:
                throw Checks.WrongType("input", "one of a string or array of objects", input);
        }
    }
}
