using System.Text.Json;
using Drover.Planning;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>The body of <c>POST /v1/batches</c>, checked as the original checks it.</summary>
internal sealed record CreateBatchRequest(
    string InputFileId, string Endpoint, IReadOnlyDictionary<string, string>? Metadata, TimeSpan? OutputLifetime)
{
    private const int MostMetadata = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;
    private const int MostBytes = 256 * 1024;

    private static readonly string[] Endpoints = ["/v1/responses", "/v1/chat/completions", "/v1/embeddings", "/v1/completions"];

    /// <exception cref="OpenAiException">The body breaks a rule.</exception>
    public static async Task<CreateBatchRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes)
        {
            throw new OpenAiException(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {MostBytes} bytes.");
        }

        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return body.RootElement.ValueKind == JsonValueKind.Object ? Read(body.RootElement) : throw NotJson();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotJson();
        }
    }

    private static CreateBatchRequest Read(JsonElement body)
    {
        string? file = null, endpoint = null, window = null;
        IReadOnlyDictionary<string, string>? metadata = null;
        TimeSpan? lifetime = null;
        foreach (var member in body.EnumerateObject())
        {
            switch (member.Name)
            {
                case "input_file_id":
                    file = Text(member.Name, member.Value);
                    break;
                case "endpoint":
                    endpoint = Text(member.Name, member.Value);
                    break;
                case "completion_window":
                    window = Text(member.Name, member.Value);
                    break;
                case "metadata":
                    metadata = MetadataOf(member.Value);
                    break;
                case "output_expires_after":
                    lifetime = LifetimeOf(member.Value);
                    break;
                default:
                    throw OpenAiException.Unknown(member.Name);
            }
        }

        _ = file ?? throw OpenAiException.Missing("input_file_id");
        _ = endpoint ?? throw OpenAiException.Missing("endpoint");
        _ = window ?? throw OpenAiException.Missing("completion_window");
        endpoint = Route.Of(endpoint) is { } route && Endpoints.Contains(route)
            ? route
            : throw OpenAiException.InvalidValue("endpoint", endpoint, Endpoints);

        return window == "24h"
            ? new CreateBatchRequest(file, endpoint, metadata, lifetime)
            : throw OpenAiException.InvalidValue("completion_window", window, "24h");
    }

    private static IReadOnlyDictionary<string, string>? MetadataOf(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiException.InvalidType("metadata", "an object", Kind(json));
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in json.EnumerateObject())
        {
            metadata[pair.Name] = Text($"metadata.{pair.Name}", pair.Value);
        }

        if (metadata.Count > MostMetadata)
        {
            throw Invalid(
                "metadata", "object_above_max_properties",
                $"too many properties. Expected an object with at most {MostMetadata} properties, but got an object with {metadata.Count} properties instead.");
        }

        foreach (var (key, value) in metadata)
        {
            if (key.Length > LongestKey)
            {
                throw Invalid(
                    "metadata", "property_name_above_max_length",
                    $"property name too long. Expected a property name with maximum length {LongestKey}, but got a property name with length {key.Length} instead.");
            }

            if (value.Length > LongestValue)
            {
                throw Invalid(
                    $"metadata.{key}", "string_above_max_length",
                    $"string too long. Expected a string with maximum length {LongestValue}, but got a string with length {value.Length} instead.");
            }
        }

        return metadata;
    }

    private static TimeSpan? LifetimeOf(JsonElement json)
    {
        const string Param = "output_expires_after";
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiException.InvalidType(Param, "an object", Kind(json));
        }

        var anchor = json.TryGetProperty("anchor", out var said)
            ? Text($"{Param}.anchor", said)
            : throw OpenAiException.Missing($"{Param}.anchor");
        if (anchor != "created_at")
        {
            throw OpenAiException.InvalidValue($"{Param}.anchor", anchor, "created_at");
        }

        if (!json.TryGetProperty("seconds", out var seconds))
        {
            throw OpenAiException.Missing($"{Param}.seconds");
        }

        return seconds.ValueKind == JsonValueKind.Number && seconds.TryGetInt64(out var count)
            ? UploadFile.Lifetime($"{Param}.seconds", count)
            : throw OpenAiException.InvalidType($"{Param}.seconds", "an integer", Kind(seconds));
    }

    private static string Text(string param, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw OpenAiException.InvalidType(param, "a string", Kind(value));

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    private static OpenAiException Invalid(string param, string code, string message) => new(
        StatusCodes.Status400BadRequest, $"Invalid '{OpenAiException.Cut(param)}': {message}", OpenAiException.Cut(param), code);

    private static OpenAiException NotJson() => new(
        StatusCodes.Status400BadRequest, "We could not parse the JSON body of your request. The API expects a JSON object.");
}
