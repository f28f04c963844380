using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Drover.Simulator.Http;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(StatsSnapshot))]
[JsonSerializable(typeof(RequestList))]
[JsonSerializable(typeof(SimulatorOptions))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class AdminJson : JsonSerializerContext;
