using Drover.Batches;
using Drover.Calls;
using Drover.Json;
using Drover.Planning;
using Drover.Upstreams;

namespace Drover.Shards;

/// <summary>What the answers of a pass mean for the pass and its batch: go on, stop launching, wait, or stop the batch.</summary>
internal sealed class PassVerdict(BatchSpec spec, ModelCaller caller) : IDisposable
{
    /// <summary>A pause longer than this is for the orchestrator to wait.</summary>
    private static readonly TimeSpan LongestPauseHeld = TimeSpan.FromSeconds(5);

    /// <summary>
    /// So many calls in a row that fail for a reason that no item causes, on an upstream that has never worked, are enough.
    /// </summary>
    private const int MostSetupTries = 3;

    /// <summary>What may have been paid for is not sent again and again.</summary>
    private const int MostPaidTries = 2;

    private static readonly TimeSpan SetupPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopLaunching = new();

    /// <summary>Fires when nothing more is to be launched.</summary>
    public CancellationToken Stopped => _stopLaunching.Token;

    /// <summary>Why the whole batch must stop, or null.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Why the batch must stop unless it has worked before: its set-up seems wrong.</summary>
    public string? SetupReason { get; private set; }

    /// <summary>The longest wait that the upstream asked for.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Takes the answer to an item in.</summary>
    /// <param name="before">How often the item has failed with the same code before.</param>
    /// <returns>Whether it is the item's outcome; if not, the item is left for another pass.</returns>
    public bool IsOutcome(Item item, CallResult call, int before)
    {
        switch (call.Outcome)
        {
            case Outcome.ModelUnknown when item.IsSource && !(item.Wish.IsNamed && call.Model != spec.Model):
                StopBatch(ReasonOf(call));
                break;
            case not Outcome.Result when call.SetupTries > 0:
                SetupReason ??= call.SetupTries >= MostSetupTries ? ReasonOf(call) : null;
                AskToWait(SetupPause);
                StopLaunching();
                break;
            case Outcome.Later when IsPaidAgainAndAgain(call) && before + 1 >= MostPaidTries:
                return true;
            case Outcome.Result:
            case Outcome.Rejected:
            case Outcome.ModelUnknown:
                return true;
            case Outcome.KeyRefused:
                StopBatch($"The upstream refused the API key ({call.Status} {call.ErrorCode}): {call.ErrorMessage}");
                break;
            case Outcome.BudgetSpent when call.RetryAfter is null:
                var whose = BatchSpec.IsStage(spec.Id) ? "" : $" It is that of item '{Excerpt.Of(item.Id)}'.";
                StopBatch($"{call.ErrorMessage}{whose} A higher budget lets the batch go on.");
                break;
            case Outcome.BudgetSpent:
            case Outcome.NotSent:
                AskToWait(call.RetryAfter);
                StopLaunching();
                break;
            default:
                AskToWait(call.RetryAfter);
                StopIfPaused();
                break;
        }

        return false;
    }

    /// <summary>
    /// Stops launching when the upstream asked for a long pause: whoever waits for a permit meanwhile holds compute for nothing.
    /// </summary>
    public bool StopIfPaused()
    {
        var pause = caller.PausedFor(spec.Model);
        if (pause <= LongestPauseHeld)
        {
            return false;
        }

        AskToWait(pause);
        StopLaunching();
        return true;
    }

    /// <summary>Nothing more is launched in this pass.</summary>
    public void StopLaunching() => _stopLaunching.Cancel();

    public void Dispose() => _stopLaunching.Dispose();

    private static string ReasonOf(CallResult call) => call.Outcome == Outcome.ModelUnknown
        ? $"The upstream does not know the model '{call.Model}': {call.ErrorMessage}"
        : $"The API cannot be reached as it is set up ({call.ErrorCode}): {call.ErrorMessage}";

    // While the upstream is down for all, a time-out says nothing of the item.
    private static bool IsPaidAgainAndAgain(CallResult call) => call.IsUnreadable || (call.ErrorCode == "timeout" && !call.IsUpstreamDown);

    private void StopBatch(string reason)
    {
        lock (_lock)
        {
            StopReason ??= reason;
        }

        StopLaunching();
    }

    private void AskToWait(TimeSpan? delay)
    {
        lock (_lock)
        {
            RetryAfter = delay is null || RetryAfter > delay ? RetryAfter : delay;
        }
    }
}
