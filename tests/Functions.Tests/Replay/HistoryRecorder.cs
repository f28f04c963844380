using Drover.Functions.Tests.Hosting;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;

namespace Drover.Functions.Tests.Replay;

/// <summary>Takes down the histories of everything that a host runs; of executions that have continued as new, as much as was seen of them.</summary>
internal sealed class HistoryRecorder
{
    private readonly OrchestratorHost _host;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (int Events, RecordedHistory History)> _longest = [];

    /// <summary>Begins to look at each call of an activity.</summary>
    public HistoryRecorder(OrchestratorHost host)
    {
        _host = host;
        host.Called = TakeAsync;
    }

    /// <summary>What was seen, by instance and in the order of the executions.</summary>
    public IReadOnlyList<RecordedHistory> Histories => [.. _longest.Values.Select(h => h.History).OrderBy(h => h.Instance, StringComparer.Ordinal)];

    /// <summary>Takes the histories as they are now.</summary>
    public async Task TakeAsync()
    {
        await _one.WaitAsync();
        try
        {
            await foreach (var instance in _host.Client.GetAllInstancesAsync())
            {
                var text = await _host.Engine.Service.GetOrchestrationHistoryAsync(instance.InstanceId, null);
                var events = EventCodec.Deserialize(text);
                if (events.OfType<ExecutionStartedEvent>().SingleOrDefault() is { OrchestrationInstance.ExecutionId: var execution }
                    && (!_longest.TryGetValue(execution, out var before) || before.Events < events.Count))
                {
                    _longest[execution] = (events.Count, RecordedHistory.Of(instance.InstanceId, text));
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }
}
