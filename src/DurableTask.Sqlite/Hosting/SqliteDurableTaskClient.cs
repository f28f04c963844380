using System.Collections.Immutable;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.Sqlite.Hosting;

/// <summary>
/// The client of <c>Microsoft.DurableTask</c> over the service, in the process that runs it or in another one on the same file.
/// </summary>
internal sealed class SqliteDurableTaskClient(SqliteOrchestrationService service, DataConverter converter) : DurableTaskClient("sqlite")
{
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        if (string.IsNullOrWhiteSpace(orchestratorName.Name))
        {
            throw new ArgumentException("The name of the orchestrator must not be empty.", nameof(orchestratorName));
        }

        cancellation.ThrowIfCancellationRequested();
        var id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        ArgumentException.ThrowIfNullOrWhiteSpace(id, "InstanceId");
        var instance = new OrchestrationInstance { InstanceId = id, ExecutionId = Guid.NewGuid().ToString("N") };
        var start = new ExecutionStartedEvent(-1, converter.Serialize(input))
        {
            Name = orchestratorName.Name,
            Version = options?.Version?.Version ?? "",
            OrchestrationInstance = instance,
            ScheduledStartTime = options?.StartAt?.UtcDateTime,
            Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
        };
        OrchestrationStatus[] refuse = [.. (options?.DedupeStatuses ?? []).Select(Parse)];
        await service.CreateTaskOrchestrationAsync(new TaskMessage { OrchestrationInstance = instance, Event = start }, refuse)
            .ConfigureAwait(false);
        return id;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(instanceId, new EventRaisedEvent(-1, converter.Serialize(eventPayload)) { Name = eventName }, cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionSuspendedEvent(-1, reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionResumedEvent(-1, reason), cancellation);

    public override async Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        await SendAsync(instanceId, new ExecutionTerminatedEvent(-1, converter.Serialize(options?.Output)), cancellation)
            .ConfigureAwait(false);
        if (options?.Recursive == true)
        {
            foreach (var child in service.GetChildren(instanceId))
            {
                await TerminateInstanceAsync(child, options, cancellation).ConfigureAwait(false);
            }
        }
    }

    public override async Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => Metadata(
        await service.WaitAsync(instanceId, s => s.OrchestrationStatus != OrchestrationStatus.Pending, cancellation).ConfigureAwait(false),
        getInputsAndOutputs);

    public override async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => Metadata(
        await service.WaitForOrchestrationAsync(instanceId, null!, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false),
        getInputsAndOutputs);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return await service.GetOrchestrationStateAsync(instanceId, null).ConfigureAwait(false) is { } state
            ? Metadata(state, getInputsAndOutputs)
            : null;
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(
        Microsoft.DurableTask.Client.OrchestrationQuery? filter = null) =>
        Pageable.Create(async (continuation, pageSize, cancellation) =>
        {
            var query = new DurableTask.Core.Query.OrchestrationQuery
            {
                RuntimeStatus = filter?.Statuses?.Select(s => (OrchestrationStatus)s).ToList(),
                CreatedTimeFrom = filter?.CreatedFrom?.UtcDateTime,
                CreatedTimeTo = filter?.CreatedTo?.UtcDateTime,
                InstanceIdPrefix = filter?.InstanceIdPrefix,
                PageSize = pageSize ?? filter?.PageSize ?? Microsoft.DurableTask.Client.OrchestrationQuery.DefaultPageSize,
                ContinuationToken = continuation ?? filter?.ContinuationToken,
                FetchInputsAndOutputs = filter?.FetchInputsAndOutputs ?? false,
            };
            var result = await service.GetOrchestrationWithQueryAsync(query, cancellation).ConfigureAwait(false);
            return new Page<OrchestrationMetadata>(
                [.. result.OrchestrationState.Select(s => Metadata(s, query.FetchInputsAndOutputs))], result.ContinuationToken);
        });

    public override async Task<Microsoft.DurableTask.Client.PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var children = options?.Recursive == true ? service.GetChildren(instanceId) : [];
        var purged = (await service.PurgeInstanceStateAsync(instanceId).ConfigureAwait(false)).DeletedInstanceCount;
        for (var i = 0; purged > 0 && i < children.Count; i++)
        {
            purged += (await PurgeInstanceAsync(children[i], options, cancellation).ConfigureAwait(false)).PurgedInstanceCount;
        }

        return new(purged, isComplete: true);
    }

    /// <summary>
    /// Purges what fits the filter; sub-orchestrations are instances like others, so <c>Recursive</c> adds those of any age.
    /// </summary>
    public override async Task<Microsoft.DurableTask.Client.PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if (options?.Recursive == true)
        {
            var purged = 0;
            await foreach (
                var instance in GetAllInstancesAsync(new(filter.CreatedFrom, filter.CreatedTo, filter.Statuses))
                    .WithCancellation(cancellation).ConfigureAwait(false))
            {
                purged += (await PurgeInstanceAsync(instance.InstanceId, options, cancellation).ConfigureAwait(false)).PurgedInstanceCount;
            }

            return new(purged, isComplete: true);
        }

        var core = new PurgeInstanceFilter(
            filter.CreatedFrom?.UtcDateTime ?? DateTime.MinValue, filter.CreatedTo?.UtcDateTime,
            filter.Statuses?.Select(s => (OrchestrationStatus)s).ToList())
        {
            Timeout = filter.Timeout,
        };
        var result = await service.PurgeInstanceStateAsync(core).ConfigureAwait(false);
        return new(result.DeletedInstanceCount, result.IsComplete);
    }

    /// <summary>Does nothing: the service belongs to whoever made it.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static OrchestrationStatus Parse(string status) =>
        Enum.TryParse<OrchestrationRuntimeStatus>(status, ignoreCase: true, out var parsed)
            ? (OrchestrationStatus)parsed
            : throw new ArgumentException($"DedupeStatuses: '{status}' is not an orchestration runtime status.");

    private static TaskFailureDetails? Failure(FailureDetails? failure) => failure is null
        ? null
        : new(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, Failure(failure.InnerFailure), failure.Properties);

    private OrchestrationMetadata Metadata(OrchestrationState state, bool payloads) =>
        new(state.Name, state.OrchestrationInstance.InstanceId)
        {
            DataConverter = payloads ? converter : null,
            RuntimeStatus = (OrchestrationRuntimeStatus)state.OrchestrationStatus,
            CreatedAt = new(state.CreatedTime, TimeSpan.Zero),
            LastUpdatedAt = new(state.LastUpdatedTime, TimeSpan.Zero),
            SerializedInput = payloads ? state.Input : null,
            SerializedOutput = payloads ? state.Output : null,
            SerializedCustomStatus = payloads ? state.Status : null,
            FailureDetails = Failure(state.FailureDetails),
            Tags = state.Tags is null ? ImmutableDictionary<string, string>.Empty : state.Tags.ToImmutableDictionary(),
        };

    private Task SendAsync(string instanceId, HistoryEvent e, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return service.SendTaskOrchestrationMessageAsync(
            new TaskMessage { OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId }, Event = e });
    }
}
