namespace Drover.Simulator.Oddities;

/// <summary>Models that do not take every parameter.</summary>
internal static class Particular
{
    public static Dictionary<string, Func<OddCall, OddAnswer?>> All { get; } = new()
    {
        ["gpt-5"] = call =>
            call.Has("max_tokens")
                ? Refuse(
                    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                    "max_tokens", "unsupported_parameter")
            : call.Has("temperature")
                ? Refuse(
                    "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
                    "temperature", "unsupported_value")
            : null,
        ["old-limit"] = call => call.Has("max_completion_tokens")
            ? Refuse("Unrecognized request argument supplied: max_completion_tokens", null, null)
            : null,
        ["no-schema"] = call => call.Format == "json_schema"
            ? Refuse("This response_format type is unavailable now", null, "invalid_request_error")
            : null,
        ["no-format"] = call => call.Format is not null
            ? Refuse("response_format is not supported by this model", "response_format", null)
            : null,
    };

    private static OddAnswer Refuse(string message, string? parameter, string? code) => OddAnswer.Unpaid(
        400,
        $$$"""{"error":{"message":"{{{message}}}","type":"invalid_request_error","param":{{{Text(parameter)}}},"code":{{{Text(code)}}}}}""");

    private static string Text(string? word) => word is null ? "null" : $"\"{word}\"";
}
