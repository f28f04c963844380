using System.Text.Json;

namespace Drover.LocalRuntime;

/// <summary>The client of the engine in this process, or of one in another process on the same database.</summary>
internal sealed class LocalDurableTaskClient(DurableStore store, InstanceSignals signals, TimeProvider time, TimeSpan pollInterval)
    : DurableTaskClient("local")
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        if (string.IsNullOrWhiteSpace(orchestratorName.Name))
            throw new ArgumentException("The name of the orchestrator must not be empty.", nameof(orchestratorName));

        var id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        ArgumentException.ThrowIfNullOrWhiteSpace(id, "InstanceId");
        var start = new StartData(orchestratorName, options?.Version?.Version ?? "", DurableJson.Serialize(input), null, []);
        var tags = options?.Tags is { Count: > 0 } given
            ? JsonSerializer.Serialize(new(given), DurableWire.Default.DictionaryStringString)
            : null;
        var refuse = options?.DedupeStatuses?.Select(Parse).ToHashSet();
        var now = time.GetUtcNow();
        var due = options?.StartAt is { } at && at > now ? at.UtcTicks : 0;
        var inTheWay = await store.WriteAsync(
            tx => InstanceWrites.Create(tx, id, start, now.UtcTicks, due, tags, refuse), cancellation);
        return inTheWay is null
            ? id
            : throw new OrchestrationAlreadyExistsException($"An orchestration with the instance id '{id}' already exists and is {inTheWay}.");
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var json = DurableJson.Serialize(eventPayload);
        return store.WriteAsync(tx => InstanceWrites.SendIfLive(tx, instanceId, MessageKind.EventRaised, eventName, json), cancellation);
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, i => i.RuntimeStatus != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, i => i.IsCompleted, getInputsAndOutputs, cancellation);

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var output = DurableJson.Serialize(options?.Output);
        return store.WriteAsync(tx => InstanceWrites.Terminate(tx, instanceId, output, options?.Recursive == true), cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        ControlAsync(instanceId, MessageKind.Suspend, reason, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        ControlAsync(instanceId, MessageKind.Resume, reason, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(store.Read(c => InstanceQueries.Find(c, instanceId, getInputsAndOutputs)));
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new InstancePages(store, filter ?? new());

    public override Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return store.WriteAsync(tx => new PurgeResult(InstanceWrites.Purge(tx, instanceId, options?.Recursive == true), true), cancellation);
    }

    public override Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        store.WriteAsync(
            tx => new PurgeResult(
                InstanceQueries.Purgeable(tx, filter).Sum(id => InstanceWrites.Purge(tx, id, options?.Recursive == true)), true),
            cancellation);

    /// <summary>Does nothing: the engine owns the database.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static OrchestrationRuntimeStatus Parse(string status) =>
        Enum.TryParse<OrchestrationRuntimeStatus>(status, ignoreCase: true, out var parsed)
            ? parsed
            : throw new ArgumentException($"DedupeStatuses: '{status}' is not an orchestration runtime status.");

    private Task ControlAsync(string instanceId, MessageKind kind, string? reason, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return store.WriteAsync(tx => InstanceWrites.SendIfLive(tx, instanceId, kind, data: reason), cancellation);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationMetadata, bool> reached, bool payloads, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var change = signals.Next(instanceId);
                var instance = await GetInstancesAsync(instanceId, payloads, cancellation)
                    ?? throw new InvalidOperationException($"There is no orchestration with the instance id '{instanceId}'.");
                if (reached(instance))
                    return instance;

                using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await Task.WhenAny(change, Task.Delay(pollInterval, time, wake.Token)); // another process signals nothing
                await wake.CancelAsync();
            }
        }
        finally
        {
            signals.Changed(instanceId); // leaves no wait behind; others who wait look once more
        }
    }

    private sealed class InstancePages(DurableStore store, OrchestrationQuery query) : AsyncPageable<OrchestrationMetadata>
    {
        public override async IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(
            string? continuationToken = default, int? pageSizeHint = default)
        {
            var after = continuationToken ?? query.ContinuationToken;
            do
            {
                var page = store.Read(c => InstanceQueries.List(c, query, after, Math.Max(1, pageSizeHint ?? query.PageSize)));
                yield return page;
                after = page.ContinuationToken;
                await Task.Yield();
            }
            while (after is not null);
        }
    }
}
