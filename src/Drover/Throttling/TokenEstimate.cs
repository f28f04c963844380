namespace Drover.Throttling;

/// <summary>Learns from the replies by how much estimates of tokens are out.</summary>
internal sealed class TokenEstimate
{
    private const double Memory = 0.98;

    private double _estimated;
    private double _actual;
    private double _calls;

    /// <summary>What to count for a call with this estimate; without one, what calls have used on average.</summary>
    public long For(long estimate) => estimate > 0
        ? Math.Max(1, (long)(_estimated > 0 ? estimate * Math.Clamp(_actual / _estimated, 0.01, 100) : estimate))
        : Math.Max(1, (long)(_calls > 0 ? _actual / _calls : 1));

    /// <summary>Takes a reply into account.</summary>
    public void Learn(long estimate, long actual)
    {
        _calls = (_calls * Memory) + 1;
        _actual = (_actual * Memory) + actual;
        _estimated = (_estimated * Memory) + estimate;
    }
}
