using System.Diagnostics.CodeAnalysis;
using DurableTask.Core.History;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace DurableTask.Sqlite.History;

/// <summary>History events to rows and back.</summary>
/// <remarks>
/// The kinds that come by the thousand are columns, which needs no serializer. All others are JSON as the framework's own
/// attributes describe it, of the type that the kind names: no type name is ever read from the file.
/// </remarks>
internal static class EventCodec
{
    private static readonly JsonSerializerSettings Settings = new()
    {
        NullValueHandling = NullValueHandling.Ignore,
        DateParseHandling = DateParseHandling.None,
        ConstructorHandling = ConstructorHandling.AllowNonPublicDefaultConstructor,
    };

    private static readonly Dictionary<EventType, Type> Types = new()
    {
        [EventType.ExecutionStarted] = typeof(ExecutionStartedEvent),
        [EventType.ExecutionCompleted] = typeof(ExecutionCompletedEvent),
        [EventType.ExecutionFailed] = typeof(ExecutionCompletedEvent),
        [EventType.ExecutionTerminated] = typeof(ExecutionTerminatedEvent),
        [EventType.ExecutionSuspended] = typeof(ExecutionSuspendedEvent),
        [EventType.ExecutionResumed] = typeof(ExecutionResumedEvent),
        [EventType.ExecutionRewound] = typeof(ExecutionRewoundEvent),
        [EventType.ContinueAsNew] = typeof(ContinueAsNewEvent),
        [EventType.TaskScheduled] = typeof(TaskScheduledEvent),
        [EventType.TaskCompleted] = typeof(TaskCompletedEvent),
        [EventType.TaskFailed] = typeof(TaskFailedEvent),
        [EventType.SubOrchestrationInstanceCreated] = typeof(SubOrchestrationInstanceCreatedEvent),
        [EventType.SubOrchestrationInstanceCompleted] = typeof(SubOrchestrationInstanceCompletedEvent),
        [EventType.SubOrchestrationInstanceFailed] = typeof(SubOrchestrationInstanceFailedEvent),
        [EventType.TimerCreated] = typeof(TimerCreatedEvent),
        [EventType.TimerFired] = typeof(TimerFiredEvent),
        [EventType.OrchestratorStarted] = typeof(OrchestratorStartedEvent),
        [EventType.OrchestratorCompleted] = typeof(OrchestratorCompletedEvent),
        [EventType.EventSent] = typeof(EventSentEvent),
        [EventType.EventRaised] = typeof(EventRaisedEvent),
        [EventType.GenericEvent] = typeof(GenericEvent),
        [EventType.HistoryState] = typeof(HistoryStateEvent),
    };

    public static EventRow Encode(HistoryEvent e) => e switch
    {
        OrchestratorStartedEvent or OrchestratorCompletedEvent => Row(e),
        TaskScheduledEvent { ParentTraceContext: null, Tags: null or { Count: 0 }, Version: null or "" } scheduled =>
            Row(e) with { Name = scheduled.Name, Data = scheduled.Input },
        TaskCompletedEvent completed => Row(e) with { Step = completed.TaskScheduledId, Data = completed.Result },
        TimerCreatedEvent created => Row(e) with { Due = created.FireAt.Ticks },
        TimerFiredEvent fired => Row(e) with { Step = fired.TimerId, Due = fired.FireAt.Ticks },
        EventRaisedEvent { ParentTraceContext: null } raised => Row(e) with { Name = raised.Name, Data = raised.Input },
        _ => Row(e) with { More = JsonConvert.SerializeObject(e, Settings) },
    };

    /// <exception cref="FormatException">The row is damaged.</exception>
    public static HistoryEvent Decode(EventRow row)
    {
        var e = row.More is null ? FromColumns(row) : FromJson(row);
        e.Timestamp = Utc(row.At);
        return e;
    }

    /// <summary>A whole history as a JSON array.</summary>
    public static string Serialize(IEnumerable<HistoryEvent> events) => JsonConvert.SerializeObject(events, Formatting.Indented, Settings);

    /// <summary>The events of a history that <see cref="Serialize"/> made text.</summary>
    /// <exception cref="FormatException">The text is not such a history; the message names the event.</exception>
    public static IReadOnlyList<HistoryEvent> Deserialize(string history)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(history)) { DateParseHandling = DateParseHandling.None };
            return [.. JArray.Load(reader).Select((e, index) => Read(e, index))];
        }
        catch (JsonException e)
        {
            throw new FormatException($"The history is not a JSON array: {e.Message}", e);
        }
    }

    /// <summary>Any of the framework's own types, as JSON.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static string? ToJson(object? value) => value is null ? null : JsonConvert.SerializeObject(value, Settings);

    public static T? FromJson<T>(string? json)
        where T : class => json is null ? null : JsonConvert.DeserializeObject<T>(json, Settings);

    public static DateTime Utc(long ticks) => new(ticks, DateTimeKind.Utc);

    private static EventRow Row(HistoryEvent e) => new((int)e.EventType, e.EventId, 0, null, null, e.Timestamp.Ticks, 0, null);

    private static HistoryEvent FromColumns(EventRow row) => (EventType)row.Kind switch
    {
        EventType.OrchestratorStarted => new OrchestratorStartedEvent(row.EventId),
        EventType.OrchestratorCompleted => new OrchestratorCompletedEvent(row.EventId),
        EventType.TaskScheduled => new TaskScheduledEvent(row.EventId, row.Name!, null, row.Data),
        EventType.TaskCompleted => new TaskCompletedEvent(row.EventId, row.Step, row.Data),
        EventType.TimerCreated => new TimerCreatedEvent(row.EventId, Utc(row.Due)),
        EventType.TimerFired => new TimerFiredEvent(row.EventId, Utc(row.Due)) { TimerId = row.Step },
        EventType.EventRaised => new EventRaisedEvent(row.EventId, row.Data) { Name = row.Name },
        _ => throw Damaged(row, null),
    };

    private static HistoryEvent FromJson(EventRow row)
    {
        try
        {
            return Types.TryGetValue((EventType)row.Kind, out var type)
                && JsonConvert.DeserializeObject(row.More!, type, Settings) is HistoryEvent e ? e : throw Damaged(row, null);
        }
        catch (JsonException e)
        {
            throw Damaged(row, e);
        }
    }

    private static HistoryEvent Read(JToken token, int index)
    {
        try
        {
            return (token as JObject)?[nameof(HistoryEvent.EventType)] is { Type: JTokenType.Integer } kind
                && Types.TryGetValue((EventType)(int)kind, out var type)
                && JsonConvert.DeserializeObject(token.ToString(Formatting.None), type, Settings) is HistoryEvent e
                ? e
                : throw new FormatException($"Event {index} of the history has no known {nameof(HistoryEvent.EventType)}.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException)
        {
            throw new FormatException($"Event {index} of the history cannot be read: {e.Message}", e);
        }
    }

    private static FormatException Damaged(EventRow row, Exception? cause) =>
        new($"A stored event of kind {row.Kind} ({(EventType)row.Kind}) cannot be read.", cause);
}
