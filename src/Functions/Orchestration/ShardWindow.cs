using Drover.Batches;
using Drover.Retries;
using Drover.Shards;

namespace Drover.Functions.Orchestration;

/// <summary>The shards of one generation of a batch's orchestration: launches them, a bounded number at a time, and counts.</summary>
internal sealed class ShardWindow(TaskOrchestrationContext context, BatchRun run)
{
    private const int MostReports = 200;

    private readonly Dictionary<int, Task<ShardOutcome>> _open = [];
    private readonly Queue<int> _again = new(run.Again);
    private Task<string>? _close = run.Closing is null ? context.WaitForExternalEvent<string>(BatchOrchestrator.CloseEvent) : null;
    private Task<RetryReport> _report = context.WaitForExternalEvent<RetryReport>(BatchOrchestrator.RetriedEvent);

    /// <summary>The run as it stands.</summary>
    public BatchRun Run { get; private set; } = run;

    /// <summary>Why the batch must stop, or null.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Runs shards until there are no more, until so many were launched, or until the batch must stop.</summary>
    public async Task RunAsync(int most)
    {
        var launched = Launch(most);
        while (_open.Count > 0)
        {
            context.SetCustomStatus(Progress(Run.Closing is null ? BatchStatus.InProgress : BatchStatus.Cancelling));
            await NextEventAsync();
            launched += Launch(most - launched);
        }
    }

    /// <summary>Takes the counts over from an audit, which has them from storage.</summary>
    public void Adopt(Audit audit) => Run = Run with { Settled = audit.Tally, InRetry = audit.InRetry, Tickets = audit.Tickets };

    /// <summary>Waits until all slices in the retry queue were reported, until then, or until the batch must close or stop.</summary>
    public async Task WaitForRetriesAsync(DateTimeOffset until)
    {
        using var cancelled = new CancellationTokenSource();
        var timer = context.CreateTimer(until.UtcDateTime, cancelled.Token);
        for (
            var reports = 0; reports < MostReports && Run.Tickets > 0 && Run.Closing is null && StopReason is null
                && !timer.IsCompleted; reports++)
        {
            context.SetCustomStatus(Progress(BatchStatus.InProgress));
            await NextEventAsync(timer);
        }

        cancelled.Cancel(); // Not CancelAsync, which would leave the orchestrator's thread.
    }

    /// <summary>The custom status now.</summary>
    public BatchProgress Progress(string status) =>
        new(status, Run.Plan!.Items, Run.Plan.Invalid, Run.Settled, [.. _open.Keys.Order()])
        {
            Model = Run.Plan.Model,
            InRetry = Run.InRetry,
            InProgressAt = Run.Plan.At,
        };

    private int Launch(int most)
    {
        var launched = 0;
        while (StopReason is null && launched < most && _open.Count < Run.Plan!.Window && Next() is { } shard)
        {
            _open.Add(shard, CallAsync(shard));
            launched++;
        }

        return launched;
    }

    private int? Next()
    {
        if (_again.TryDequeue(out var again))
        {
            Run = Run with { Again = [.. _again] };
            return again;
        }

        if (Run.NextShard == Run.Plan!.Shards)
        {
            return null;
        }

        Run = Run with { NextShard = Run.NextShard + 1 };
        return Run.NextShard - 1;
    }

    private async Task NextEventAsync(Task? timer = null)
    {
        var ended = await Task.WhenAny([.. _open.Values, .. new[] { _close, _report, timer }.OfType<Task>()]);
        if (ended == _close)
        {
            Run = Run with { Closing = await _close };
            _close = null;
            Wake(ShardOrchestrator.RunNow);
        }
        else if (ended == _report)
        {
            var report = await _report;
            _report = context.WaitForExternalEvent<RetryReport>(BatchOrchestrator.RetriedEvent);
            Run = Run with
            {
                Settled = Run.Settled + report.Gain,
                InRetry = Math.Max(0, Run.InRetry - report.Gain.Settled),
                Tickets = Math.Max(0, Run.Tickets - (report.IsDone ? 1 : 0)),
            };
            Stop(report.StopReason);
        }
        else if (ended != timer)
        {
            var (shard, task) = _open.First(o => o.Value == ended);
            _open.Remove(shard);
            var outcome = await task;
            Run = Run with { Settled = Run.Settled + outcome.Tally, InRetry = Run.InRetry + outcome.InRetry };
            Stop(outcome.StopReason);
        }
    }

    private void Stop(string? reason)
    {
        if (reason is not null && StopReason is null)
        {
            StopReason = reason;
            Wake(ShardOrchestrator.Stop);
        }
    }

    private async Task<ShardOutcome> CallAsync(int shard)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<ShardOutcome>(
                nameof(ShardOrchestrator), new ShardRun(Run.BatchId, shard, 1),
                new SubOrchestrationOptions(retry: null, instanceId: ChildId(shard)));
        }
        catch (TaskFailedException e)
        {
            return new ShardOutcome(false, Tally.Zero, $"Shard {shard} failed: {e.FailureDetails.ErrorMessage}");
        }
    }

    private void Wake(string order)
    {
        foreach (var shard in _open.Keys.Order())
        {
            context.SendEvent(ChildId(shard), ShardOrchestrator.WakeEvent, order);
        }
    }

    // A shard may run again in a later audit or after a stop, when its earlier orchestration has ended.
    private string ChildId(int shard) => ShardOrchestrator.InstanceId(Run.BatchId, shard);
}
