using System.Text.Json.Serialization;

namespace Drover.LocalRuntime;

/// <summary>
/// The message that makes a function due for a blob version, in the Functions host's shape; also what the poison queue holds.
/// </summary>
/// <param name="ETag">The version, with its quotes.</param>
internal sealed record BlobTriggerMessage(
    [property: JsonPropertyOrder(1)] string FunctionId,
    [property: JsonPropertyOrder(2)] string BlobType,
    [property: JsonPropertyOrder(3)] string ContainerName,
    [property: JsonPropertyOrder(4)] string BlobName,
    [property: JsonPropertyOrder(5)] string ETag)
{
    [JsonPropertyOrder(0)]
    public string Type { get; init; } = "BlobTrigger";
}

[JsonSerializable(typeof(BlobTriggerMessage))]
internal sealed partial class BlobTriggerJson : JsonSerializerContext;
