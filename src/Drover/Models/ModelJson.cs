using System.Text.Json.Serialization;

namespace Drover.Models;

/// <summary>Reads entries of models: the members are those of the settings <c>Drover:Models:NAME</c>.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Dictionary<string, ModelEntry>))]
internal sealed partial class ModelJson : JsonSerializerContext;
