using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;
using DurableTask.Sqlite.Instances;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Storage;

/// <summary>Rows of the tables as records.</summary>
internal static class StoreRows
{
    public const string EventColumns = "kind, event_id, step, name, data, at, due, more";

    public const string MessageColumns = $"{EventColumns}, id, instance, execution, deliver_at";

    public const string ActivityColumns = $"{EventColumns}, id, instance, execution";

    public const string InstanceColumns =
        "id, execution, name, version, status, created, updated, completed, scheduled, input, output, custom_status, failure, tags, "
        + "parent, parent_execution, parent_step, generation";

    public static HistoryEvent Event(SqliteDataReader r) => EventCodec.Decode(new(
        r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), Text(r, 3), Text(r, 4), r.GetInt64(5), r.GetInt64(6), Text(r, 7)));

    public static InstanceMessage Message(SqliteDataReader r) => new(r.GetInt64(8), r.GetString(9), Text(r, 10), Event(r), r.GetInt64(11));

    public static ActivityWork Activity(SqliteDataReader r) =>
        new(r.GetInt64(8), r.GetString(9), r.GetString(10), (TaskScheduledEvent)Event(r));

    /// <summary>Reads <see cref="InstanceColumns"/>.</summary>
    public static OrchestrationState Instance(SqliteDataReader r, bool payloads) => new()
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = r.GetString(0), ExecutionId = r.GetString(1) },
        Name = r.GetString(2),
        Version = r.GetString(3),
        OrchestrationStatus = (OrchestrationStatus)r.GetInt32(4),
        CreatedTime = EventCodec.Utc(r.GetInt64(5)),
        LastUpdatedTime = EventCodec.Utc(r.GetInt64(6)),
        CompletedTime = r.IsDBNull(7) ? DateTime.MaxValue : EventCodec.Utc(r.GetInt64(7)),
        ScheduledStartTime = r.IsDBNull(8) ? null : EventCodec.Utc(r.GetInt64(8)),
        Input = payloads ? Text(r, 9) : null,
        Output = payloads ? Text(r, 10) : null,
        Status = payloads ? Text(r, 11) : null,
        FailureDetails = EventCodec.FromJson<FailureDetails>(Text(r, 12)),
        Tags = EventCodec.FromJson<Dictionary<string, string>>(Text(r, 13)),
        ParentInstance = Text(r, 14) is not { } parent ? null : new ParentInstance
        {
            OrchestrationInstance = new OrchestrationInstance { InstanceId = parent, ExecutionId = Text(r, 15) },
            TaskScheduleId = r.GetInt32(16),
        },
        Generation = r.IsDBNull(17) ? null : r.GetInt32(17),
    };

    public static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
