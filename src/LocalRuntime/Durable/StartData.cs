using System.Text.Json.Serialization;

namespace Drover.LocalRuntime;

/// <summary>All that an execution begins with.</summary>
internal sealed record StartData(string Name, string Version, string? Input, ParentLink? Parent, IReadOnlyList<EarlyEvent> Events);

/// <summary>Where the result of a sub-orchestration goes.</summary>
internal sealed record ParentLink(string InstanceId, string Name, long Execution, int Task);

/// <summary>An event that nobody has waited for yet.</summary>
internal sealed record EarlyEvent(string Name, string? Data);

[JsonSerializable(typeof(StartData))]
[JsonSerializable(typeof(TaskFailureDetails))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class DurableWire : JsonSerializerContext;
