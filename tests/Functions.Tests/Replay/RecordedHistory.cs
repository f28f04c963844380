using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;

namespace Drover.Functions.Tests.Replay;

/// <summary>The history of one execution of an orchestration, perhaps of one that has not ended.</summary>
/// <param name="Name">The orchestrator.</param>
/// <param name="Instance">The instance.</param>
/// <param name="Input">What the execution began with, as JSON.</param>
/// <param name="Events">Its history as JSON, as the service gives it.</param>
internal sealed record RecordedHistory(string Name, string Instance, string? Input, string Events)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where the recorded histories lie beside the tests.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Histories");

    /// <summary>The events, read anew.</summary>
    public IReadOnlyList<HistoryEvent> Read() => EventCodec.Deserialize(Events);

    /// <summary>Where its turns begin. A turn ends where the next begins: the first one after a continue-as-new is closed twice.</summary>
    public IReadOnlyList<int> TurnBegins() => [.. Read().Index().Where(e => e.Item is OrchestratorStartedEvent).Select(e => e.Index)];

    /// <summary>The history as it was after so many turns.</summary>
    public RecordedHistory Cut(int turns)
    {
        var kept = JsonNode.Parse(Events)!.AsArray()
            .Take(TurnBegins() is var begins && turns < begins.Count ? begins[turns] : int.MaxValue);
        return this with { Events = $"[{string.Join(',', kept.Select(e => e!.ToJsonString(Compact)))}]" };
    }

    /// <summary>A history as the service gives it.</summary>
    public static RecordedHistory Of(string instance, string events)
    {
        var start = EventCodec.Deserialize(events).OfType<ExecutionStartedEvent>().Single();
        return new RecordedHistory(start.Name, instance, start.Input, events);
    }

    public static IReadOnlyList<RecordedHistory> Load(string path) =>
    [
        .. JsonNode.Parse(File.ReadAllText(path))!.AsArray().Select(h => new RecordedHistory(
            (string)h!["name"]!, (string)h["instance"]!, h["input"]?.ToJsonString(), h["events"]!.ToJsonString())),
    ];

    /// <summary>Writes histories to a file, an event to a line.</summary>
    public static void Save(string path, IEnumerable<RecordedHistory> histories)
    {
        var texts = histories.Select(h =>
            $$"""{"name":{{Text(h.Name)}},"instance":{{Text(h.Instance)}},"input":{{h.Input ?? "null"}},"events":[{{"\n"}}"""
            + string.Join(",\n", JsonNode.Parse(h.Events)!.AsArray().Select(e => WithoutStackTraces(e!).ToJsonString(Compact)))
            + "\n]}");
        File.WriteAllText(path, $"[{string.Join(",\n", texts)}]\n");
    }

    /// <summary>Replay does not look at them, and they name folders of the machine that recorded.</summary>
    private static JsonNode WithoutStackTraces(JsonNode node)
    {
        if (node is JsonObject members)
        {
            members.Remove("StackTrace");
            foreach (var (_, member) in members)
            {
                _ = member is null ? null : WithoutStackTraces(member);
            }
        }

        return node;
    }

    private static string Text(string value) => JsonSerializer.Serialize(value, Compact);
}
