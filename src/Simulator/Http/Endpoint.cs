using System.Text.Json;
using Drover.Simulator.Calls;
using Drover.Simulator.Formats;

namespace Drover.Simulator.Http;

/// <summary>A route that a model answers: how its body is read and how its answer is written.</summary>
internal sealed record Endpoint(string Path, Func<JsonElement, SimulatorOptions, ModelCall> Read, IReplyFormat Format)
{
    public const string Responses = "/v1/responses";

    public static IReadOnlyList<Endpoint> All { get; } =
    [
        new("/v1/chat/completions", ChatReader.Read, new ChatFormat()),
        new("/v1/completions", CompletionsReader.Read, new CompletionsFormat()),
        new("/v1/embeddings", EmbeddingsReader.Read, new EmbeddingsFormat()),
        new(Responses, ResponsesReader.Read, new ResponsesFormat()),
    ];
}
