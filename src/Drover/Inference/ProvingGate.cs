namespace Drover.Inference;

/// <summary>
/// Lets the first call go alone until an answer shows that the key is good, so that a wrong key costs one call and not as
/// many as may be under way at once. What the one meets, a refusal or no connection at all, those who waited take as theirs.
/// </summary>
internal sealed class ProvingGate
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _alone = new(1, 1);
    private volatile bool _proven;
    private volatile Setback? _setback;

    public async Task<CallResult> RunAsync(Func<Task<CallResult>> call)
    {
        if (_proven)
        {
            return Judge(await call());
        }

        var known = _setback;
        await _alone.WaitAsync();
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
            case Outcome.KeyRefused:
                _setback = new Setback(result);
                _proven = false;
                break;
            case Outcome.ConnectionLost when !_proven:
                _setback = new Setback(result with { Outcome = Outcome.NotSent, RetryAfter = Pause });
                break;
            case Outcome.ConnectionLost or Outcome.NotSent:
                break;
            default:
                _proven = true;
                break;
        }

        return result;
    }

    private sealed record Setback(CallResult ForThoseWhoWaited);
}
