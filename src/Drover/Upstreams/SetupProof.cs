namespace Drover.Upstreams;

/// <summary>
/// Whether an upstream has worked. Until it has, what no item causes is taken for a wrong set-up; from then on it is an outage.
/// </summary>
internal sealed class SetupProof
{
    /// <summary>So many calls that fail for reasons of the set-up, whichever, are as good as a row of the same.</summary>
    private const int MostTries = 10;

    private readonly Lock _lock = new();
    private volatile bool _hasWorked;
    private string? _reason;
    private int _inARow;
    private int _tries;

    /// <summary>Takes note that the set-up is right.</summary>
    public void MarkWorked() => _hasWorked = true;

    /// <summary>The result, with what it means for the set-up.</summary>
    /// <param name="model">The model that was asked for: each that is not known is a reason of its own.</param>
    public CallResult Judge(CallResult result, string? model)
    {
        switch (result.Outcome)
        {
            case Outcome.Result:
                MarkWorked();
                return result;
            case Outcome.SetupWrong or Outcome.ModelUnknown when !_hasWorked:
                return result with { SetupTries = Count($"{result.Outcome} {result.ErrorCode} {model}") };
            case Outcome.SetupWrong:
                return result with
                {
                    Outcome = result.Status switch { 0 => Outcome.ConnectionLost, < 400 => Outcome.Later, _ => Outcome.Rejected },
                };
            default:
                return result;
        }
    }

    private int Count(string reason)
    {
        lock (_lock)
        {
            _inARow = reason == _reason ? _inARow + 1 : 1;
            _reason = reason;
            return ++_tries >= MostTries ? MostTries : _inARow;
        }
    }
}
