using System.Net.Http.Headers;

namespace Drover.Access;

/// <summary>Which types of bodies the routes take: JSON, but for the two that take files.</summary>
internal static class BodyTypes
{
    private const string Uploads = "/v1/files";
    private const string Batches = "/api/batches";

    private static readonly string[] Lines =
        ["application/jsonl", "application/jsonlines", "application/x-jsonlines", "application/x-ndjson"];

    /// <summary>Whether a route takes a body of that type.</summary>
    public static bool Takes(string path, string? contentType)
    {
        path = path.TrimEnd('/');
        if (path.Equals(Uploads, StringComparison.OrdinalIgnoreCase))
        {
            return true; // A form, which pages can send: there it is the origin that counts. The route says what it takes.
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var parsed) && parsed.MediaType is { } type
            && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
                || (path.Equals(Batches, StringComparison.OrdinalIgnoreCase) && Lines.Contains(type, StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>What a route takes, in words.</summary>
    public static string Of(string path) => path.TrimEnd('/').Equals(Batches, StringComparison.OrdinalIgnoreCase)
        ? "application/json, or application/jsonl for a body that is the items"
        : "application/json";
}
