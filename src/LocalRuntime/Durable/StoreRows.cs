using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Drover.LocalRuntime;

/// <summary>Rows of the tables as records.</summary>
internal static class StoreRows
{
    public const string InstanceColumns =
        "id, name, status, created, updated, input, output, custom_status, failure, tags";

    public static InstanceMessage Message(SqliteDataReader r) => new(
        r.GetInt64(0), r.GetString(1), (MessageKind)r.GetInt32(2), r.GetInt64(3), r.GetInt32(4), Text(r, 5), Text(r, 6), r.GetInt64(7));

    public static ActivityWork Activity(SqliteDataReader r) =>
        new(r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetInt32(3), r.GetString(4), Text(r, 5));

    public static HistoryEvent History(SqliteDataReader r) =>
        new((HistoryKind)r.GetInt32(0), r.GetInt32(1), Text(r, 2), Text(r, 3), r.GetInt64(4));

    /// <summary>Reads <see cref="InstanceColumns"/>.</summary>
    public static OrchestrationMetadata Instance(SqliteDataReader r, bool payloads) => new(r.GetString(1), r.GetString(0))
    {
        RuntimeStatus = (OrchestrationRuntimeStatus)r.GetInt32(2),
        CreatedAt = new(r.GetInt64(3), TimeSpan.Zero),
        LastUpdatedAt = new(r.GetInt64(4), TimeSpan.Zero),
        SerializedInput = payloads ? Text(r, 5) : null,
        SerializedOutput = payloads ? Text(r, 6) : null,
        SerializedCustomStatus = payloads ? Text(r, 7) : null,
        FailureDetails = Text(r, 8) is { } failure ? JsonSerializer.Deserialize(failure, DurableWire.Default.TaskFailureDetails) : null,
        Tags = Text(r, 9) is { } tags
            ? JsonSerializer.Deserialize(tags, DurableWire.Default.DictionaryStringString)!
            : ImmutableDictionary<string, string>.Empty,
        HasInputsAndOutputs = payloads,
    };

    public static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);
}
