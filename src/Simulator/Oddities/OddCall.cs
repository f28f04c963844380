using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Simulator.Answers;
using Drover.Simulator.Http;
using Endpoint = Drover.Simulator.Http.Endpoint;

namespace Drover.Simulator.Oddities;

/// <summary>A call that is answered oddly, with the answer that it would have had.</summary>
/// <param name="Request">The body.</param>
/// <param name="Sighting">How often the same request has come, with this one.</param>
/// <param name="Host">The simulator's own address.</param>
internal sealed record OddCall(JsonElement Request, Endpoint Endpoint, Reply Reply, int Sighting, string Host)
{
    public bool IsStream => Reply.Call.Stream;

    public string Model => Reply.Call.ModelName;

    /// <summary>The type of <c>response_format</c>.</summary>
    public string? Format =>
        Request.TryGetProperty("response_format", out var format) && format.TryGetProperty("type", out var type) ? type.GetString() : null;

    /// <summary>Whether the request has a member.</summary>
    public bool Has(string member) => Request.TryGetProperty(member, out _);

    /// <summary>The usual answer.</summary>
    public JsonObject Completion() => Parse((json, it) => it.Endpoint.Format.Write(json, it.Reply));

    /// <summary>The usual answer with another choice or message, where it has choices.</summary>
    public JsonObject With(Action<JsonObject> change)
    {
        var completion = Completion();
        foreach (var choice in (completion["choices"] as JsonArray ?? []).OfType<JsonObject>().Where(c => c["message"] is not null))
        {
            change(choice);
        }

        return completion;
    }

    /// <summary>The events of the usual stream, but for its end.</summary>
    public List<JsonObject> Chunks() =>
        [.. EventStream.Chunks(Reply).Select(chunk => Parse((json, it) => it.Endpoint.Format.WriteChunk(json, it.Reply, chunk)))];

    private JsonObject Parse(Action<Utf8JsonWriter, OddCall> write) => JsonNode.Parse(JsonBuffer.Render(this, write))!.AsObject();
}
