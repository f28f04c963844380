using System.Buffers;
using Drover.Batches;
using Drover.Calls;
using Drover.Json;
using Drover.Models;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Storage;
using Drover.Throttling;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>One pass over the items of a shard that have no outcome: launches a call for each, and judges the answers.</summary>
/// <remarks>
/// In the last pass (<c>isLast</c>) a failure for a passing reason is the item's error. What was paid for items before
/// (<c>paid</c>), whose outcome was taken back, is added to the cost of their outcome.
/// </remarks>
internal sealed class ShardPass(
    BatchSpec spec,
    int pass,
    bool isLast,
    IReadOnlyDictionary<string, Tally> paid,
    BatchStore store,
    ItemCaller caller,
    AnswerCache? cache,
    IRecipe recipe,
    Func<Source, string, string>? repair,
    Conversations conversations,
    ModelSelector selector,
    BatchOptions options,
    SemaphoreSlim ahead,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>A pause longer than this is for the orchestrator to wait.</summary>
    private static readonly TimeSpan LongestPauseHeld = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ClosingCheck = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopLaunching = new();
    private readonly List<(string Id, CallResult Failure)> _failed = [];
    private volatile string? _closing;

    /// <summary>Why the whole batch must stop, or null.</summary>
    public string? StopReason { get; private set; }

    /// <summary>The longest wait that the upstream asked for.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>The first item that was not tried, as its place among those given; null when all were.</summary>
    public int? FirstUntried { get; private set; }

    /// <summary>The items that failed for a passing reason.</summary>
    public IReadOnlyList<(string Id, CallResult Failure)> Failed => _failed;

    /// <summary>When items without an outcome expire.</summary>
    public DateTimeOffset ExpiresAt { get; private set; } = spec.ExpiresAt;

    /// <summary>Whether every item was tried.</summary>
    public bool IsWhole => FirstUntried is null;

    /// <summary>Runs the pass. When it returns, no call is under way and every outcome is with the writer.</summary>
    public async Task RunAsync(IReadOnlyList<Item> items, OutcomeWriter writer, CancellationToken stopping)
    {
        using var slice = new CancellationTokenSource(options.PassSlice, time);
        using var launching = CancellationTokenSource.CreateLinkedTokenSource(stopping, slice.Token, _stopLaunching.Token);
        ExpiresAt = await store.ExpiresAtAsync(spec, time.GetUtcNow(), CancellationToken.None);
        _closing = time.GetUtcNow() >= ExpiresAt ? BatchStatus.Expired : await store.ClosingAsync(spec.Id, CancellationToken.None);
        using var finished = new CancellationTokenSource();
        var watch = WatchClosingAsync(finished.Token);
        var calls = new List<Task<CallResult?>>(items.Count);
        try
        {
            foreach (var item in items)
            {
                if (await LaunchAsync(item, writer, launching.Token) is not { } call)
                {
                    break;
                }

                calls.Add(call);
            }
        }
        finally
        {
            await Task.WhenAll(calls);
            await finished.CancelAsync();
            await watch;
        }

        var untried = calls.FindIndex(c => c.Result is { Outcome: Outcome.NotSent or Outcome.BudgetSpent });
        FirstUntried = untried >= 0 ? untried : calls.Count < items.Count ? calls.Count : null;
        Close(items, calls, writer);
    }

    private async Task<Task<CallResult?>?> LaunchAsync(Item item, OutcomeWriter writer, CancellationToken launching)
    {
        if (_closing is not null || launching.IsCancellationRequested)
        {
            return null;
        }

        if (StopIfPaused())
        {
            return null;
        }

        try
        {
            await writer.WaitForRoomAsync(launching);
            try
            {
                var writing = RequestOfAsync(item, launching);
                if (writing.IsCompleted && cache is null)
                {
                    var request = await writing;
                    return request.Unsent is { } unsent
                        ? Task.FromResult(Judge(item, request, unsent, 0, writer))
                        : CallAsync(item, request, await caller.AcquireAsync(request.Call!, launching), writer, launching);
                }

                var written = writing.AsTask();
                await ahead.WaitAsync(launching);
                return CallWhenWrittenAsync(item, written, writer, launching);
            }
            catch
            {
                writer.GiveRoomBack();
                throw;
            }
        }
        catch (OperationCanceledException) when (launching.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// As <see cref="CallAsync"/>, for a request that takes time to write, or may be answered by what is kept. Its place ahead of the
    /// throttle is given back when it has leave to go.
    /// </summary>
    private async Task<CallResult?> CallWhenWrittenAsync(
        Item item, Task<Request> writing, OutcomeWriter writer, CancellationToken launching)
    {
        var places = 1;
        try
        {
            var request = await writing;
            return request.Unsent is { } unsent
                ? Judge(item, request, unsent, 0, writer)
                : await CallAsync(item, request, null, writer, launching, GivePlaceBack);
        }
        catch (OperationCanceledException) when (launching.IsCancellationRequested)
        {
            writer.GiveRoomBack(); // It was still being written.
            return UpstreamPipelines.Stopped;
        }
        finally
        {
            GivePlaceBack();
        }

        void GivePlaceBack()
        {
            if (Interlocked.Exchange(ref places, 0) == 1)
            {
                ahead.Release();
            }
        }
    }

    /// <summary>
    /// Calls for one item, until its recipe has what it wants. Null: its outcome is with the writer; otherwise what it is left with.
    /// </summary>
    private async Task<CallResult?> CallAsync(
        Item item, Request request, Permit? permit, OutcomeWriter writer, CancellationToken launching, Action? onLeave = null)
    {
        var attempts = 0;
        while (true)
        {
            Answer answer;
            try
            {
                answer = await AskAsync(request.Call!, permit, onLeave, launching);
            }
            catch (OperationCanceledException) when (launching.IsCancellationRequested)
            {
                return Judge(item, request, UpstreamPipelines.Stopped, attempts, writer);
            }

            // Its permit goes back when its outcome is spooled: a crash repeats no more calls than may be under way at once.
            using (answer)
            {
                attempts += answer.Attempts;
                if (request.Conversation?.Take(answer.Result) is not true)
                {
                    return Judge(item, request, answer.Result, attempts, writer);
                }
            }

            (request, permit) = (request with { Call = Prepare(item, request.Conversation) }, null);
        }
    }

    private Task<Answer> AskAsync(ItemCall call, Permit? permit, Action? onLeave, CancellationToken launching)
    {
        return cache is null ? CallAsync() : cache.AskAsync(call, CallAsync, launching);

        async Task<Answer> CallAsync()
        {
            permit ??= await caller.AcquireAsync(call, launching);
            onLeave?.Invoke();
            return await caller.CallAsync(call, permit, launching);
        }
    }

    private CallResult? Judge(Item item, Request request, CallResult call, int attempts, OutcomeWriter writer)
    {
        switch (call.Outcome)
        {
            case Outcome.Result:
            case Outcome.Rejected:
            case Outcome.ModelUnknown when !item.IsSource || (item.Wish.IsNamed && call.Model != spec.Model):
                writer.Add(OutcomeOf(item, request.Conversation, call, pass - 1 + attempts), tookRoom: true);
                return null;
            case Outcome.KeyRefused:
                Stop($"The upstream refused the API key ({call.Status} {call.ErrorCode}): {call.ErrorMessage}");
                break;
            case Outcome.ModelUnknown:
                Stop($"The upstream does not know the model '{call.Model}': {call.ErrorMessage}");
                break;
            case Outcome.BudgetSpent when call.RetryAfter is null:
                Stop(
                    $"{call.ErrorMessage}{(BatchSpec.IsStage(spec.Id) ? "" : $" It is that of item '{Excerpt.Of(item.Id)}'.")} A higher budget lets the batch go on.");
                break;
            case Outcome.BudgetSpent:
            case Outcome.NotSent:
                AskToWait(call.RetryAfter);
                _stopLaunching.Cancel();
                break;
            default:
                AskToWait(call.RetryAfter);
                StopIfPaused();
                break;
        }

        if (request.Conversation is { Replies: > 0 } conversation)
        {
            conversations.Keep(spec.Id, item.Id, conversation);
        }

        writer.GiveRoomBack();
        return call;
    }

    private async ValueTask<Request> RequestOfAsync(Item item, CancellationToken launching)
    {
        if (!item.IsSource)
        {
            return new Request(caller.Prepare(item.Id, item.Url!, item.Body));
        }

        if (conversations.Find(spec.Id, item.Id) is { } begun)
        {
            return new Request(Prepare(item, begun), begun);
        }

        var source = Source.Read(item.Body);
        if (selector.ModelOf(spec.Wish, item, out var fault) is not { } model)
        {
            return new Request(null, Unsent: new CallResult(Outcome.Rejected) { ErrorCode = fault!.Code, ErrorMessage = fault.Message });
        }

        var request = new ArrayBufferWriter<byte>(item.Body.Length + 2048);
        if (await recipe.WriteRequestAsync(source, model, request, launching) is { } unsent)
        {
            return new Request(null, Unsent: unsent with { Model = model });
        }

        var conversation = new Conversation(source, request.WrittenMemory, recipe, repair);
        return new Request(Prepare(item, conversation), conversation);
    }

    // Each request of a conversation is one of its own for the ledger: they differ in what they cost.
    private ItemCall Prepare(Item item, Conversation conversation) =>
        caller.Prepare(conversation.Replies == 0 ? item.Id : $"{item.Id}\n{conversation.Replies}", recipe.Url, conversation.Body);

    private PendingOutcome OutcomeOf(Item item, Conversation? conversation, CallResult call, int attempts)
    {
        conversations.Forget(spec.Id, item.Id);
        call = WithPaid(item.Id, conversation?.Sum(call) ?? call);
        var cost = call.CostUsd;
        var data = conversation?.Reading?.Data;
        var fault = conversation?.Reading is { Fault: { } why } reading ? new LineFault(reading.Code, why) : null;

        var line = OutcomeLine.Of(spec.Id, item.Id, call, attempts, cost, data, fault);
        if (line.Length > OutcomeLog.MostBytes)
        {
            fault = new LineFault(
                "outcome_too_large", $"The outcome is {line.Length:N0} bytes long; the limit is {OutcomeLog.MostBytes:N0}.");
            line = OutcomeLine.Of(spec.Id, item.Id, call with { Status = 0, Body = default }, attempts, cost, null, fault);
        }

        var isError = call.Outcome != Outcome.Result || fault is not null;
        var tally = Tally.Zero with { Completed = isError ? 0 : 1, Failed = isError ? 1 : 0, Usage = call.Usage, CostUsd = cost ?? 0 };
        return new PendingOutcome(item.Id, line, isError, tally);
    }

    private CallResult WithPaid(string itemId, CallResult call) => !paid.TryGetValue(itemId, out var before) ? call : call with
    {
        CostUsd = before.CostUsd + (call.CostUsd ?? 0),
        Usage = before.Usage + call.Usage,
    };

    // What has no outcome gets one now if this was its last chance.
    private void Close(IReadOnlyList<Item> items, List<Task<CallResult?>> calls, OutcomeWriter writer)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var left = i < calls.Count ? calls[i].Result : null;
            if (i < calls.Count && left is null)
            {
                continue;
            }

            var conversation = conversations.Find(spec.Id, items[i].Id);
            if (_closing is { } reason && conversation is null)
            {
                var before = paid.GetValueOrDefault(items[i].Id, Tally.Zero);
                var line = OutcomeLine.OfNotRun(spec.Id, items[i].Id, ClosedBy(reason), before);
                writer.Add(new PendingOutcome(items[i].Id, line, true, before with { Unrun = 1 }), tookRoom: false);
            }
            else if (_closing is not null)
            {
                writer.Add(OutcomeOf(items[i], conversation, left ?? UpstreamPipelines.Stopped, pass), tookRoom: false);
            }
            else if (left is { Outcome: Outcome.Later or Outcome.ConnectionLost })
            {
                // A conversation that was paid for ends with what it has.
                if (isLast || (conversation is not null && pass >= options.MaxPasses))
                {
                    writer.Add(OutcomeOf(items[i], conversation, left, pass), tookRoom: false);
                }
                else
                {
                    _failed.Add((items[i].Id, left));
                }
            }
        }
    }

    internal static LineFault ClosedBy(string reason) => reason == BatchStatus.Expired
        ? new LineFault(OutcomeReader.ExpiredCode, "This request could not be executed before the completion window expired.")
        : new LineFault(OutcomeReader.CancelledCode, "This request was not executed because the batch was cancelled.");

    private async Task WatchClosingAsync(CancellationToken finished)
    {
        try
        {
            using var timer = new PeriodicTimer(ClosingCheck, time);
            while (_closing is null && await timer.WaitForNextTickAsync(finished))
            {
                StopIfPaused();
                _closing = time.GetUtcNow() >= ExpiresAt ? BatchStatus.Expired : await TryReadClosingAsync(finished);
            }

            await _stopLaunching.CancelAsync();
        }
        catch (OperationCanceledException) when (finished.IsCancellationRequested)
        {
            // The pass is over.
        }
    }

    private async Task<string?> TryReadClosingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await store.ClosingAsync(spec.Id, cancellationToken);
        }
        catch (Exception e) when (StorageFailures.IsPassing(e) && !cancellationToken.IsCancellationRequested)
        {
            BatchLog.StorageAway(logger, e.GetType().Name);
            return null; // Asked again at the next tick.
        }
    }

    // Whoever waits for leave meanwhile holds compute for nothing.
    private bool StopIfPaused()
    {
        var pause = caller.PausedFor(spec.Model);
        if (pause <= LongestPauseHeld)
        {
            return false;
        }

        AskToWait(pause);
        _stopLaunching.Cancel();
        return true;
    }

    private void Stop(string reason)
    {
        lock (_lock)
        {
            StopReason ??= reason;
        }

        _stopLaunching.Cancel();
    }

    private void AskToWait(TimeSpan? delay)
    {
        lock (_lock)
        {
            RetryAfter = delay is null || RetryAfter > delay ? RetryAfter : delay;
        }
    }

    /// <param name="Call">What is asked.</param>
    /// <param name="Conversation">What was said before, of a source.</param>
    /// <param name="Unsent">What the item is left with when its request could not be written.</param>
    private readonly record struct Request(ItemCall? Call, Conversation? Conversation = null, CallResult? Unsent = null);
}
