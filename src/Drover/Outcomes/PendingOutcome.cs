using System.Text.Json;
using Drover.Batches;
using Drover.Upstreams;

namespace Drover.Outcomes;

/// <summary>An outcome on its way to storage. Every outcome of an item is made here, its line and its counts together.</summary>
/// <param name="ItemId">Whose.</param>
/// <param name="Line">Its line, with the line end.</param>
/// <param name="IsError">Whether it goes to the errors blob.</param>
/// <param name="Tally">What it adds to the counts.</param>
internal sealed record PendingOutcome(string ItemId, byte[] Line, bool IsError, Tally Tally)
{
    /// <summary>The outcome of an item that was called.</summary>
    /// <param name="call">The answer; with what all answers to the item took together.</param>
    /// <param name="attempts">How many requests were made for it.</param>
    /// <param name="data">What the recipe made of the reply.</param>
    /// <param name="fault">Why it is an error though the call is none.</param>
    public static PendingOutcome Of(string batchId, string itemId, CallResult call, int attempts, JsonElement? data, LineFault? fault)
    {
        var line = OutcomeLine.Of(batchId, itemId, call, attempts, data, fault);
        if (line.Length > OutcomeLog.MostBytes)
        {
            fault = new LineFault(
                "outcome_too_large", $"The outcome is {line.Length:N0} bytes long; the limit is {OutcomeLog.MostBytes:N0}.");
            line = OutcomeLine.Of(batchId, itemId, call with { Status = 0, Body = default }, attempts, null, fault);
        }

        var isError = call.Outcome != Outcome.Result || fault is not null;
        var isNotRun = OutcomeLine.IsNotRunCode(fault?.Code);
        return new PendingOutcome(itemId, line, isError, Tally.Zero with
        {
            Completed = isError ? 0 : 1,
            Failed = isError && !isNotRun ? 1 : 0,
            Unrun = isNotRun ? 1 : 0,
            Usage = call.Usage,
            CostUsd = call.CostUsd ?? 0,
            Unpriced = call.CostUsd is null ? 1 : 0,
        });
    }

    /// <summary>The outcome of an item whose answer is known from an earlier batch; it costs nothing again.</summary>
    public static PendingOutcome Carried(string batchId, string itemId, OutcomeLine earlier)
    {
        var call = earlier.Call with { IsCached = true, CostUsd = 0, Usage = default, Latency = default };
        return Of(batchId, itemId, call, 0, earlier.Data, null);
    }

    /// <summary>The outcome of an item that is not run to its end because its batch closes.</summary>
    /// <param name="reason">Why the batch closes.</param>
    /// <param name="paid">What was paid for it all the same.</param>
    public static PendingOutcome NotRun(string batchId, string itemId, string reason, Tally paid) =>
        new(itemId, OutcomeLine.OfNotRun(batchId, itemId, ClosedBy(reason), paid), true, paid with { Unrun = 1 });

    /// <summary>The outcome of an item that was tried until nothing was left to try.</summary>
    public static PendingOutcome DeadLetter(string batchId, string itemId, IReadOnlyList<Attempt> history, Tally paid) =>
        new(itemId, OutcomeLine.OfDeadLetter(batchId, itemId, history, paid), true, paid with { Failed = 1 });

    /// <summary>Reads an outcome back from its line.</summary>
    public static PendingOutcome FromLine(byte[] line, bool isError)
    {
        var ids = new HashSet<string>();
        var tally = OutcomeLine.Count(line, isError, ids);
        return new PendingOutcome(ids.Single(), line, isError, tally);
    }

    /// <summary>What items say that end with their batch.</summary>
    public static LineFault ClosedBy(string reason) => reason == BatchStatus.Expired
        ? new LineFault(OutcomeLine.ExpiredCode, "This request could not be executed before the completion window expired.")
        : new LineFault(OutcomeLine.CancelledCode, "This request was not executed because the batch was cancelled.");
}
