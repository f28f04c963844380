using System.Text.Json.Nodes;

namespace Drover.Simulator.Oddities;

/// <summary>Streams in other forms than the API's; what is no stream is answered as usual.</summary>
internal static class OddStreams
{
    public static Dictionary<string, Func<OddCall, OddAnswer?>> All { get; } = new()
    {
        ["stream-plain-type"] = call => Stream(call, it => OddAnswer.Events(it.Chunks(), contentType: "text/plain; charset=utf-8")),
        ["stream-no-type"] = call => Stream(call, it => OddAnswer.Events(it.Chunks(), contentType: null)),
        ["stream-capital-type"] = call => Stream(
            call, it => OddAnswer.Events(it.Chunks(), contentType: "Text/Event-Stream; Charset=UTF-8")),
        ["stream-whole"] = call => Stream(call, it => OddAnswer.Paid(it.Completion())),
        ["stream-no-done"] = call => Stream(call, it => OddAnswer.Events(it.Chunks(), isDone: false)),
        ["stream-heartbeats"] = call => Stream(call, it => OddAnswer.Events(it.Chunks(), isDone: false) with { GoesOnBeating = true }),
        ["stream-float-created"] = call => Stream(call, it => Changed(it, chunk => chunk["created"] = 1_700_000_000.25)),
        ["stream-list-content"] = call => Stream(call, it => Changed(it, chunk =>
        {
            if (chunk["choices"] is JsonArray { Count: > 0 } choices && choices[0]!["delta"]!["content"] is JsonValue content)
            {
                choices[0]!["delta"]!["content"] = new JsonArray(
                    new JsonObject { ["type"] = "text", ["text"] = content.GetValue<string>() });
            }
        })),
        ["stream-chunk-error"] = call => Stream(call, Broken),
        ["stream-chunk-error-once"] = call => call.Sighting > 1 ? null : Stream(call, Broken),
    };

    private static OddAnswer? Stream(OddCall call, Func<OddCall, OddAnswer> answer) => call.IsStream ? answer(call) : null;

    private static OddAnswer Changed(OddCall call, Action<JsonObject> change)
    {
        var chunks = call.Chunks();
        chunks.ForEach(change);
        return OddAnswer.Events(chunks);
    }

    private static OddAnswer Broken(OddCall call)
    {
        var chunks = call.Chunks().Take(3).ToList();
        var last = chunks[^1].DeepClone().AsObject();
        last["choices"]![0]!["delta"] = new JsonObject { ["content"] = "" };
        last["choices"]![0]!["finish_reason"] = "error";
        last["choices"]![0]!["error"] = new JsonObject { ["code"] = 502, ["message"] = "The provider was disconnected." };
        return OddAnswer.Events([.. chunks, last], isDone: false);
    }
}
