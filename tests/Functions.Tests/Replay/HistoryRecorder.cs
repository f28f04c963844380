using Drover.Functions.Tests.Hosting;

namespace Drover.Functions.Tests.Replay;

/// <summary>
/// Takes down the histories of everything that a host runs; of executions that have continued as new, as much as was seen of them.
/// </summary>
internal sealed class HistoryRecorder
{
    private const string Empty = "[]"; // It has not begun, or that execution is over.

    private readonly OrchestratorHost _host;
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<(string Instance, string Execution), string> _longest = [];

    /// <summary>Begins to look at each call of an activity.</summary>
    public HistoryRecorder(OrchestratorHost host)
    {
        _host = host;
        host.Called = TakeAsync;
    }

    /// <summary>What was seen, by instance and in the order of the executions.</summary>
    public IReadOnlyList<RecordedHistory> Histories =>
        [.. _longest.OrderBy(h => h.Key.Instance, StringComparer.Ordinal).Select(h => RecordedHistory.Of(h.Key.Instance, h.Value))];

    /// <summary>Takes the histories as they are now.</summary>
    public async Task TakeAsync()
    {
        await _one.WaitAsync();
        try
        {
            await foreach (var instance in _host.Client.GetAllInstancesAsync())
            {
                var service = _host.Engine.Service;
                var execution = (await service.GetOrchestrationStateAsync(instance.InstanceId, null)).OrchestrationInstance.ExecutionId;
                var text = await service.GetOrchestrationHistoryAsync(instance.InstanceId, execution);
                if (text.Length > Math.Max(Empty.Length, _longest.GetValueOrDefault((instance.InstanceId, execution), "").Length))
                {
                    _longest[(instance.InstanceId, execution)] = text;
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }
}
