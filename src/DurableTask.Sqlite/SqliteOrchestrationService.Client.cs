using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using DurableTask.Sqlite.History;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite;

/// <content>What clients ask for; usable at once, and from another process on the same file.</content>
public sealed partial class SqliteOrchestrationService
    : IOrchestrationServiceClient, IOrchestrationServiceQueryClient, IOrchestrationServicePurgeClient
{
    private const int PurgeGroup = 200;

    /// <inheritdoc cref="CreateTaskOrchestrationAsync(TaskMessage, OrchestrationStatus[])"/>
    public Task CreateTaskOrchestrationAsync(TaskMessage creationMessage) => CreateTaskOrchestrationAsync(creationMessage, []);

    /// <summary>
    /// Makes an instance. One that has not ended is never replaced; one that has ended is, unless its status is among
    /// <paramref name="dedupeStatuses"/>.
    /// </summary>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance of that id is in the way.</exception>
    public async Task CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[]? dedupeStatuses)
    {
        var start = (ExecutionStartedEvent)creationMessage.Event;
        start.OrchestrationInstance ??= creationMessage.OrchestrationInstance;
        start.OrchestrationInstance.ExecutionId ??= Guid.NewGuid().ToString("N");
        start.Timestamp = _time.GetUtcNow().UtcDateTime;
        var id = start.OrchestrationInstance.InstanceId;
        if (await _store.WriteAsync(tx => InstanceWrites.Create(tx, start, Now, dedupeStatuses)).ConfigureAwait(false) is { } status)
        {
            throw new OrchestrationAlreadyExistsException($"An orchestration with the instance id '{id}' already exists and is {status}.");
        }
    }

    /// <summary>Sends a message. To an instance that is not there or has ended, nothing is sent.</summary>
    public Task SendTaskOrchestrationMessageAsync(TaskMessage message) => SendTaskOrchestrationMessageBatchAsync(message);

    /// <inheritdoc cref="SendTaskOrchestrationMessageAsync"/>
    public Task SendTaskOrchestrationMessageBatchAsync(params TaskMessage[] messages)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        foreach (var message in messages)
        {
            message.Event.Timestamp = now;
        }

        return _store.WriteAsync(tx => messages.Count(m =>
            InstanceWrites.SendIfLive(tx, m.OrchestrationInstance.InstanceId, m.OrchestrationInstance.ExecutionId, m.Event)));
    }

    /// <summary>Asks an instance to end. Its children go on.</summary>
    public Task ForceTerminateTaskOrchestrationAsync(string instanceId, string reason) => SendTaskOrchestrationMessageAsync(new TaskMessage
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
        Event = new ExecutionTerminatedEvent(-1, reason),
    });

    /// <summary>Waits until an instance has ended.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    /// <exception cref="TimeoutException">It has not ended in time.</exception>
    public async Task<OrchestrationState> WaitForOrchestrationAsync(
        string instanceId, string executionId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = timeout > TimeSpan.Zero && timeout < TimeSpan.FromDays(40)
            ? _time.CreateTimer(_ => limit.Cancel(), null, timeout, Timeout.InfiniteTimeSpan)
            : null;
        try
        {
            return await WaitAsync(instanceId, s => InstanceWrites.HasEnded(s.OrchestrationStatus), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The orchestration '{instanceId}' did not end within {timeout:c}.", e);
        }
    }

    /// <summary>An instance's state, alone in a list; only the last execution is kept.</summary>
    public async Task<IList<OrchestrationState>> GetOrchestrationStateAsync(string instanceId, bool allExecutions) =>
        await GetOrchestrationStateAsync(instanceId, null).ConfigureAwait(false) is { } state ? [state] : [];

    /// <summary>An instance's state; null when it is not there, or is in another execution than the one asked for.</summary>
    public Task<OrchestrationState> GetOrchestrationStateAsync(string instanceId, string? executionId)
    {
        var state = _store.Read(c => InstanceQueries.Find(c, instanceId, payloads: true));
        return Task.FromResult(executionId is null || state?.OrchestrationInstance.ExecutionId == executionId ? state! : null!);
    }

    /// <summary>
    /// The history of an instance's last execution as a JSON array of the framework's events; an empty one when it is not there.
    /// </summary>
    public Task<string> GetOrchestrationHistoryAsync(string instanceId, string? executionId) =>
        Task.FromResult(EventCodec.Serialize(_store.Read(c => InstanceQueries.History(c, instanceId, executionId)) ?? []));

    /// <inheritdoc/>
    public Task<OrchestrationQueryResult> GetOrchestrationWithQueryAsync(OrchestrationQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_store.Read(c => InstanceQueries.List(c, query)));
    }

    /// <summary>Removes ended instances by the time at which they were made or ended. The file shrinks.</summary>
    public async Task PurgeOrchestrationHistoryAsync(
        DateTime thresholdDateTimeUtc, OrchestrationStateTimeRangeFilterType timeRangeFilterType)
    {
        var column = timeRangeFilterType switch
        {
            OrchestrationStateTimeRangeFilterType.OrchestrationCreatedTimeFilter => "created",
            OrchestrationStateTimeRangeFilterType.OrchestrationCompletedTimeFilter => "completed",
            _ => "updated",
        };
        var threshold = thresholdDateTimeUtc.ToUniversalTime().Ticks;
        await PurgeAsync(
            tx => tx.Query(
                $"SELECT id FROM instances WHERE {column} <= @threshold AND status IN {InstanceWrites.Ended} LIMIT @limit",
                r => r.GetString(0), threshold, PurgeGroup),
            Timeout.InfiniteTimeSpan).ConfigureAwait(false);
    }

    /// <summary>Removes an instance, if it has ended.</summary>
    public async Task<PurgeResult> PurgeInstanceStateAsync(string instanceId) =>
        new(await _store.WriteAsync(tx => InstanceWrites.Purge(tx, instanceId)).ConfigureAwait(false), isComplete: true);

    /// <summary>Removes the ended instances that fit the filter, some hundred in a transaction. The file shrinks.</summary>
    public Task<PurgeResult> PurgeInstanceStateAsync(PurgeInstanceFilter purgeInstanceFilter) => PurgeAsync(
        tx => InstanceQueries.Purgeable(tx, purgeInstanceFilter, PurgeGroup), purgeInstanceFilter.Timeout ?? Timeout.InfiniteTimeSpan);

    /// <summary>The instances that an instance has started and that have not been purged.</summary>
    public IReadOnlyList<string> GetChildren(string instanceId) => _store.Read(c => InstanceQueries.Children(c, instanceId));

    /// <summary>Waits until an instance is as wished.</summary>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    internal async Task<OrchestrationState> WaitAsync(
        string instanceId, Func<OrchestrationState, bool> reached, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var change = _signals.Next(instanceId);
                cancellationToken.ThrowIfCancellationRequested();
                var state = await GetOrchestrationStateAsync(instanceId, null).ConfigureAwait(false)
                    ?? throw new InvalidOperationException($"There is no orchestration with the instance id '{instanceId}'.");
                if (reached(state))
                {
                    return state;
                }

                using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                // Another process signals nothing.
                await Task.WhenAny(change, Task.Delay(_options.PollInterval, _time, wake.Token)).ConfigureAwait(false);
                await wake.CancelAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _signals.Changed(instanceId); // Leaves no wait behind; others who wait look once more.
        }
    }

    private async Task<PurgeResult> PurgeAsync(Func<StoreTransaction, List<string>> next, TimeSpan timeout)
    {
        var (purged, began) = (0, _time.GetTimestamp());
        while (true)
        {
            var group = await _store.WriteAsync(tx =>
            {
                var ids = next(tx);
                ids.ForEach(id => InstanceWrites.Purge(tx, id));
                return ids.Count;
            }).ConfigureAwait(false);
            purged += group;
            var isComplete = group < PurgeGroup;
            if (isComplete || (timeout >= TimeSpan.Zero && _time.GetElapsedTime(began) >= timeout))
            {
                if (purged > 0)
                {
                    await _store.ShrinkAsync().ConfigureAwait(false);
                    StoreLog.Purged(_log, purged);
                }

                return new PurgeResult(purged, isComplete);
            }
        }
    }
}
