namespace Drover.Inference;

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

    private readonly SemaphoreSlim _alone = new(1, 1);
    private volatile bool _proven;
    private volatile Setback? _setback;
    private int _forbidden;

    /// <summary>Makes a call, alone or not.</summary>
    /// <param name="call">The call.</param>
    /// <param name="giveBack">Gives the caller's permit back: whoever waits here holds none.</param>
    /// <param name="renew">Takes a new permit, and so a new place in the pace, for a call that had to wait here.</param>
    public async Task<CallResult> RunAsync(Func<Task<CallResult>> call, Action giveBack, Func<Task> renew)
    {
        if (_proven)
        {
            return Judge(await call());
        }

        var known = _setback;
        var waited = !_alone.Wait(0);
        if (waited)
        {
            giveBack();
            await _alone.WaitAsync();
        }

        var alone = true;
        try
        {
            if (_proven)
            {
                _alone.Release();
                alone = false;
            }
            else if (!ReferenceEquals(_setback, known))
            {
                return _setback!.ForThoseWhoWaited;
            }

            if (waited)
            {
                await renew();
            }

            return Judge(await call());
        }
        finally
        {
            if (alone)
            {
                _alone.Release();
            }
        }
    }

    private CallResult Judge(CallResult result)
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
            case Outcome.ConnectionLost when !_proven:
                _setback = new Setback(result with { Outcome = Outcome.NotSent, RetryAfter = Pause });
                break;
            case Outcome.ConnectionLost or Outcome.NotSent or Outcome.BudgetSpent:
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
