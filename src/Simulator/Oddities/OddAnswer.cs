using System.Text;
using System.Text.Json.Nodes;

namespace Drover.Simulator.Oddities;

/// <summary>An answer as it goes out.</summary>
/// <param name="ContentType">Null: it has none.</param>
/// <param name="Body">The bytes; of a stream, all of its events.</param>
internal sealed record OddAnswer(int Status, string? ContentType, byte[] Body)
{
    private const string Json = "application/json";

    /// <summary>Whether a model worked for it.</summary>
    public bool IsBilled { get; private init; } = true;

    /// <summary>Where a redirect leads to.</summary>
    public string? Location { get; private init; }

    /// <summary>Whether comments follow without end, until the client goes.</summary>
    public bool GoesOnBeating { get; init; }

    /// <summary>An answer that a model worked for.</summary>
    public static OddAnswer Paid(JsonNode body, int status = 200) => new(status, Json, Bytes(body));

    /// <summary>The same, of bytes that may be no JSON.</summary>
    public static OddAnswer Paid(byte[] body) => new(200, Json, body);

    /// <summary>An answer that no model worked for.</summary>
    public static OddAnswer Unpaid(int status, string json) => new(status, Json, Encoding.UTF8.GetBytes(json)) { IsBilled = false };

    /// <summary>The page of a web server that knows nothing of the API.</summary>
    public static OddAnswer Page(int status, string title) =>
        new(status, "text/html; charset=UTF-8", Encoding.UTF8.GetBytes($"<!DOCTYPE html><html><head><title>{title}</title></head></html>"))
        {
            IsBilled = false,
        };

    public static OddAnswer Redirect(string location) => new(301, null, []) { IsBilled = false, Location = location };

    /// <summary>A stream of events, with its end or without.</summary>
    public static OddAnswer Events(IEnumerable<JsonObject> chunks, bool isDone = true, string? contentType = "text/event-stream")
    {
        var text = string.Concat(chunks.Select(chunk => $"data: {chunk.ToJsonString()}\n\n")) + (isDone ? "data: [DONE]\n\n" : "");
        return new OddAnswer(200, contentType, Encoding.UTF8.GetBytes(text));
    }

    private static byte[] Bytes(JsonNode body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
