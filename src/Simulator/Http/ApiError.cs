using System.Text.Json;

namespace Drover.Simulator.Http;

/// <summary>An error as the API words it: <c>{"error":{"message","type","param","code"}}</c> with its status.</summary>
internal sealed record ApiError(int Status, string Message, string Type, string? Param, string? Code)
{
    public const string InvalidRequest = "invalid_request_error";

    /// <summary>When set, the answer carries <c>Retry-After</c> in whole seconds and <c>retry-after-ms</c>.</summary>
    public double? RetryAfterSeconds { get; init; }

    public static ApiError NoKey { get; } = new(401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
        InvalidRequest, null, null);

    public static ApiError NotJson { get; } = Invalid(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
        null, null);

    public static ApiError ServerError { get; } = new(500,
        "The server had an error while processing your request. Sorry about that!", "server_error", null, null);

    public static ApiError Unavailable { get; } = new(503,
        "The server is currently overloaded with other requests. Sorry about that! You can retry your request.",
        "service_unavailable_error", null, null);

    public static ApiError TimedOut { get; } = new(504, "The request timed out.", "server_error", null, "timeout");

    public static ApiError Invalid(string message, string? param, string? code) => new(400, message, InvalidRequest, param, code);

    /// <summary>The key is shown as the API shows it: its ends only.</summary>
    public static ApiError WrongKey(string key)
    {
        var shown = key.Length > 12
            ? $"{key[..8]}{new string('*', Math.Min(key.Length - 12, 20))}{key[^4..]}"
            : new string('*', key.Length);
        return new(401, $"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys.",
            InvalidRequest, null, "invalid_api_key");
    }

    public static ApiError NoModel(string model) =>
        new(404, $"The model `{model}` does not exist or you do not have access to it.", InvalidRequest, null, "model_not_found");

    public static ApiError TooLarge(int limit) =>
        new(413, $"The request body is larger than {limit} bytes.", InvalidRequest, null, "request_too_large");

    public static ApiError NoRoute(string method, string path) => new(404, $"Invalid URL ({method} {path})", InvalidRequest, null, null);

    public static ApiError WrongMethod(string method, string path) =>
        new(
            405, $"Not allowed to {method} on {path}. (HINT: Perhaps you meant to use a different HTTP method?)", InvalidRequest, null,
            "method_not_supported");

    public static ApiError PassingLimit(double retryAfter) =>
        new(429, "Rate limit reached. Please try again later.", "requests", null, "rate_limit_exceeded") { RetryAfterSeconds = retryAfter };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Type);
        json.WriteString("param"u8, Param);
        json.WriteString("code"u8, Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
