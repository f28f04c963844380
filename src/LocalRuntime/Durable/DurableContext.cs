using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>The context of one execution: turns calls into steps and completions into results.</summary>
internal sealed class DurableContext(
    string instanceId, long execution, StartData start, StepLog steps, Action checkAccess, ILoggerFactory loggers)
    : TaskOrchestrationContext
{
    /// <summary>Failure types after which another attempt cannot help; named as in the real worker.</summary>
    public const string ActivityNotFound = "ActivityTaskNotFound", OrchestratorNotFound = "OrchestratorTaskNotFound";

    private readonly Dictionary<int, PendingTask> _pending = [];
    private readonly ExternalEvents _events = new();
    private ContinueAsNewOptions? _continueAs;
    private DateTime _now;
    private int _guids;

    public override TaskName Name => start.Name;

    public override string InstanceId => instanceId;

    public override string Version => start.Version;

    public override ParentOrchestrationInstance? Parent { get; } =
        start.Parent is { } parent ? new(parent.Name, parent.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => steps.IsReplaying;

    /// <summary>The custom status as JSON, if it was set since the last commit.</summary>
    public string? NewCustomStatus { get; set; }

    public bool CustomStatusChanged { get; set; }

    /// <summary>Whether anything can still arrive that the code waits for.</summary>
    public bool IsWaiting => _pending.Count > 0 || _events.HasWaiters;

    /// <summary>What to start as new, if the code asked for it.</summary>
    public StartData? ContinueAs => _continueAs is null
        ? null
        : start with
        {
            Input = DurableJson.Serialize(_continueAs.NewInput),
            Version = _continueAs.NewVersion ?? start.Version,
            Events = _continueAs.PreserveUnprocessedEvents ? _events.Untaken : [],
        };

    protected override ILoggerFactory LoggerFactory => loggers;

    /// <summary>Sets the time of the episode that begins.</summary>
    public void SetTime(long ticks) => _now = new(Math.Max(ticks, _now.Ticks), DateTimeKind.Utc);

    public void Raise(string name, string? data) => _events.Raise(name, data);

    public bool IsPending(int task) => _pending.ContainsKey(task);

    /// <summary>Completes a step; false when the code no longer waits for it.</summary>
    public bool Complete(int task, string? data, bool failed)
    {
        if (!_pending.Remove(task, out var pending))
            return false;

        pending.Registration.Unregister();
        if (!failed)
            return pending.Source.TrySetResult(data);

        var details = System.Text.Json.JsonSerializer.Deserialize(data!, DurableWire.Default.TaskFailureDetails)!;
        return pending.Source.TrySetException(new TaskFailedException(pending.Name, task, details));
    }

    public override T? GetInput<T>()
        where T : default
    {
        checkAccess();
        return DurableJson.Deserialize<T>(start.Input);
    }

    public override Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        CheckCall(name, input, options);
        var json = DurableJson.Serialize(input);
        return CallAsync<T>(options?.Retry, () => Begin(HistoryKind.ActivityScheduled, name, id => new RunActivity(id, name, json)));
    }

    public override Task<T> CallSubOrchestratorAsync<T>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        CheckCall(orchestratorName, input, options);
        var json = DurableJson.Serialize(input);
        var child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        var version = options?.Version?.Version ?? "";
        return CallAsync<T>(options?.Retry, () => Begin(HistoryKind.SubOrchestrationScheduled, orchestratorName, id => new StartChild(
            id, child, new(orchestratorName, version, json, new(instanceId, start.Name, execution, id), []))));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        checkAccess();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);

        var task = Begin(HistoryKind.TimerCreated, null, id => new SetTimer(id, fireAt.ToUniversalTime()), out var id);
        _pending[id].Registration = cancellationToken.Register(() => Cancel(id, cancellationToken));
        return task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        checkAccess();
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return _events.Wait<T>(eventName, checkAccess, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        checkAccess();
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var json = DurableJson.Serialize(payload);
        steps.Take(HistoryKind.EventSent, eventName, _now.Ticks, _ => new RaiseEvent(instanceId, eventName, json));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        checkAccess();
        NewCustomStatus = DurableJson.Serialize(customStatus);
        CustomStatusChanged = true;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        checkAccess();
        ArgumentNullException.ThrowIfNull(options);
        _continueAs = options;
    }

    public override Guid NewGuid()
    {
        checkAccess();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{instanceId}\n{execution}\n{_guids++}"));
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80); // version 8 of RFC 9562: made by a rule of our own
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new(hash.AsSpan(0, 16), bigEndian: true);
    }

    private async Task<T> CallAsync<T>(TaskRetryOptions? retry, Func<Task<string?>> attempt)
    {
        var began = _now;
        for (var attempts = 1; ; attempts++)
        {
            TaskFailedException failed;
            try
            {
                return DurableJson.Deserialize<T>(await attempt())!;
            }
            catch (TaskFailedException e) when (retry is not null
                && e.FailureDetails.ErrorType is not (ActivityNotFound or OrchestratorNotFound))
            {
                failed = e;
            }

            if (retry.Policy is { } policy)
            {
                var delay = policy.ShouldRetry(failed.FailureDetails) ? policy.DelayAfter(attempts, _now - began) : null;
                if (delay is null)
                    ExceptionDispatchInfo.Throw(failed);
                await CreateTimer(_now + delay.Value, CancellationToken.None);
            }
            else if (!await retry.Handler!(new(this, attempts, failed.FailureDetails, _now - began, CancellationToken.None)))
            {
                ExceptionDispatchInfo.Throw(failed);
            }
        }
    }

    private Task<string?> Begin(HistoryKind kind, string? name, Func<int, OutgoingAction> action) => Begin(kind, name, action, out _);

    private Task<string?> Begin(HistoryKind kind, string? name, Func<int, OutgoingAction> action, out int id)
    {
        checkAccess();
        id = steps.Take(kind, name, _now.Ticks, action);
        var pending = new PendingTask(name ?? "");
        _pending.Add(id, pending);
        return pending.Source.Task;
    }

    private void Cancel(int timer, CancellationToken token)
    {
        checkAccess();
        if (!_pending.Remove(timer, out var pending))
            return;

        if (!steps.IsReplaying && steps.Actions.RemoveAll(a => a is SetTimer set && set.Task == timer) == 0)
            steps.Actions.Add(new CancelTimer(timer));
        pending.Source.TrySetCanceled(token);
    }

    private void CheckCall(TaskName name, object? input, TaskOptions? options)
    {
        checkAccess();
        if (string.IsNullOrEmpty(name.Name))
            throw new ArgumentException("The name of an activity or orchestrator must not be empty.", nameof(name));
        if (input is TaskOptions && options is null)
            throw new ArgumentException($"{input.GetType().Name} was given as the input; pass it as 'options:'.", nameof(input));
    }

    private sealed class PendingTask(string name)
    {
        public string Name { get; } = name;

        public TaskCompletionSource<string?> Source { get; } = new();

        public CancellationTokenRegistration Registration { get; set; }
    }
}
