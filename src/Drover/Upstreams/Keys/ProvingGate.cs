namespace Drover.Upstreams.Keys;

/// <summary>
/// Lets the first call go alone until an answer shows that the key is good, so that a wrong key costs one call and not as
/// many as may be under way at once. What the one meets, a refusal or no connection at all, those who waited take as theirs.
/// </summary>
/// <param name="refused">Called with each refusal of the key that was really answered.</param>
/// <param name="accepted">Called for each result.</param>
internal sealed class ProvingGate(Action<CallResult> refused, Action accepted)
{
    /// <summary>So many 403s in a row, without a result in between, are the key's and not the items'.</summary>
    private const int MostForbidden = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private TaskCompletionSource? _alone;
    private volatile bool _proven;
    private volatile Setback? _setback;
    private int _forbidden;

    /// <summary>Makes a call, alone or not.</summary>
    /// <param name="giveBack">Gives the caller's permit back: whoever waits here holds none.</param>
    /// <returns>
    /// Null after waiting for another call that met no setback: the key may be used, or proved, by a caller who takes a new
    /// place in the pace first.
    /// </returns>
    public async Task<CallResult?> RunAsync(Func<Task<CallResult>> call, Action giveBack)
    {
        var known = _setback;
        if (_proven)
        {
            return Judge(await call(), known);
        }

        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _alone, mine, null) is { } others)
        {
            giveBack();
            await others.Task;
            return ReferenceEquals(_setback, known) ? null : _setback!.ForThoseWhoWaited;
        }

        try
        {
            known = _setback;
            return Judge(await call(), known);
        }
        finally
        {
            Volatile.Write(ref _alone, null);
            mine.SetResult();
        }
    }

    // A call that was sent before the last setback proves nothing against it.
    private CallResult Judge(CallResult result, Setback? known)
    {
        switch (result.Outcome)
        {
            case Outcome.KeyRefused when result.Status == 403 && _proven && Interlocked.Increment(ref _forbidden) < MostForbidden:
                return result with { Outcome = Outcome.Rejected }; // A gateway forbids this item; the key has been good.
            case Outcome.KeyRefused:
                refused(result);
                _setback = new Setback(result);
                _proven = false;
                break;
            case not Outcome.KeyRefused when result.SetupTries > 0:
                _setback = new Setback(result with { Outcome = Outcome.NotSent, RetryAfter = Pause });
                _proven = false;
                break;
            case Outcome.ConnectionLost when !_proven:
                _setback = new Setback(result with { Outcome = Outcome.NotSent, RetryAfter = Pause });
                break;
            case Outcome.ConnectionLost or Outcome.NotSent or Outcome.BudgetSpent:
                break;
            case not Outcome.KeyRefused when !ReferenceEquals(_setback, known):
                break;
            case Outcome.Result:
                accepted();
                _proven = true;
                _forbidden = 0;
                break;
            default:
                _proven = true;
                break;
        }

        return result;
    }

    private sealed record Setback(CallResult ForThoseWhoWaited);
}
