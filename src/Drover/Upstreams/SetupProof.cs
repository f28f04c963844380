namespace Drover.Upstreams;

/// <summary>
/// Whether an upstream has worked. Until it has, what no item causes is taken for a wrong set-up; from then on it is an outage.
/// </summary>
internal sealed class SetupProof
{
    private volatile bool _hasWorked;
    private int _tries;

    /// <summary>Takes note that the set-up is right.</summary>
    public void MarkWorked() => (_hasWorked, _tries) = (true, 0);

    /// <summary>The result, with what it means for the set-up.</summary>
    public CallResult Judge(CallResult result)
    {
        switch (result.Outcome)
        {
            case Outcome.Result:
                MarkWorked();
                return result;
            case Outcome.SetupWrong or Outcome.ModelUnknown when !_hasWorked:
                return result with { SetupTries = Interlocked.Increment(ref _tries) };
            case Outcome.SetupWrong:
                return result with
                {
                    Outcome = result.Status switch { 0 => Outcome.ConnectionLost, < 400 => Outcome.Later, _ => Outcome.Rejected },
                };
            default:
                return result;
        }
    }
}
