namespace Drover.Upstreams;

/// <summary>
/// Holds an upstream's <c>Retry-After</c> within bounds: one answer must not stop all batches for a day. What is longer is cut to the
/// limit, and a call tries the upstream then; while it goes on asking for longer ones the limit doubles.
/// </summary>
internal sealed class PauseLimit(TimeSpan first, TimeProvider time)
{
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly TimeSpan _first = first;
    private TimeSpan _limit = first;
    private DateTimeOffset _until;

    /// <summary>The result, with no longer a delay than the limit.</summary>
    public CallResult Limit(CallResult result)
    {
        lock (_lock)
        {
            if (result.Outcome == Outcome.Result)
            {
                (_limit, _until) = (_first, default);
            }

            if (result.RetryAfter is not { } asked || asked <= _limit)
            {
                return result;
            }

            // Those that were under way together say the same; only what comes after the pause says it again.
            var now = time.GetUtcNow();
            if (_until != default && now >= _until)
            {
                _limit = _limit * 2 < Most ? _limit * 2 : Most;
            }

            _until = now < _until ? _until : now + _limit;
            return result with { RetryAfter = asked < _limit ? asked : _limit };
        }
    }
}
