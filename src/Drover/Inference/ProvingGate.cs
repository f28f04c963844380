namespace Drover.Inference;

/// <summary>
/// Lets the first call go alone until an answer shows that the key is good, so that a wrong key costs one call and not as
/// many as may be under way at once.
/// </summary>
internal sealed class ProvingGate
{
    private readonly SemaphoreSlim _alone = new(1, 1);
    private volatile bool _proven;
    private volatile Refusal? _refusal;

    public async Task<CallResult> RunAsync(Func<Task<CallResult>> call)
    {
        if (_proven)
        {
            return Judge(await call());
        }

        var known = _refusal;
        await _alone.WaitAsync();
        var alone = true;
        try
        {
            if (_proven)
            {
                _alone.Release();
                alone = false;
            }
            else if (!ReferenceEquals(_refusal, known))
            {
                return _refusal!.Result; // The key was refused while this call waited: it need not ask as well.
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
                _refusal = new Refusal(result);
                _proven = false;
                break;
            case Outcome.ConnectionLost or Outcome.NotSent:
                break;
            default:
                _proven = true;
                break;
        }

        return result;
    }

    private sealed record Refusal(CallResult Result);
}
