using DurableTask.Core.History;

namespace DurableTask.Sqlite.Instances;

/// <summary>What is in memory of an instance that has not ended.</summary>
/// <param name="key">The row of the instance; an instance that is scheduled again has another.</param>
/// <param name="since">Messages below this id are from before the instance was scheduled.</param>
internal sealed class InstanceState(long key, long since, string executionId, List<HistoryEvent> history)
{
    public long Key => key;

    public long Since => since;

    /// <summary>The present execution: another after each continue-as-new.</summary>
    public string ExecutionId { get; set; } = executionId;

    /// <summary>The history of the present execution; empty before it has started.</summary>
    public List<HistoryEvent> History { get; } = history;

    public bool IsStarted => History.Count > 0;
}
