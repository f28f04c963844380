using System.Text.Json;

namespace Drover.Simulator.Calls;

/// <summary>Reads the body of <c>POST /v1/completions</c>.</summary>
internal static class CompletionsReader
{
    public static ModelCall Read(JsonElement root, SimulatorOptions options)
    {
        var model = Checks.Model(root, options, out var name);
        var prompts = Texts(Checks.Required(root, "prompt", "prompt"), "prompt");
        Checks.Decimal(root, "temperature", 0, 2);
        Checks.Decimal(root, "top_p", 0, 1);
        var stream = Checks.Flag(root, "stream");
        return new ModelCall(model, name, prompts)
        {
            Choices = Checks.Integer(root, "n", 1, 128) ?? 1,
            MaxTokens = Checks.Integer(root, "max_tokens", 0) ?? 16,
            Stream = stream,
            IncludeUsage = ChatReader.IncludeUsage(root, stream),
        };
    }

    /// <summary>A text, or several; token numbers count as a text of four bytes each.</summary>
    public static IReadOnlyList<Prompt> Texts(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return [Prompt.FromText(value.GetString()!)];
            case JsonValueKind.Array when value.GetArrayLength() == 0:
                throw Checks.EmptyArray(path);
            case JsonValueKind.Array when value[0].ValueKind == JsonValueKind.Number:
                return [Tokens(value)];
            case JsonValueKind.Array:
                return [.. value.EnumerateArray().Select((item, index) => item.ValueKind switch
                {
                    JsonValueKind.String => Prompt.FromText(item.GetString()!),
                    JsonValueKind.Array => Tokens(item),
                    _ => throw Checks.WrongType($"{path}[{index}]", "a string", item),
                })];
            default:
                throw Checks.WrongType(path, "one of a string or array of strings", value);
        }
    }

    private static Prompt Tokens(JsonElement numbers) =>
        Prompt.FromText(numbers.GetRawText()) with { Tokens = numbers.GetArrayLength() };
}
