using Microsoft.Extensions.Logging;

namespace Drover.Upstreams.Keys;

/// <summary>The keys of one upstream, used in turn; one that is refused too often rests, and the others go on.</summary>
internal sealed class KeyRing
{
    /// <summary>A key that is refused so often without a result in between is out.</summary>
    public const int ErrorBudget = 5;

    /// <summary>How long a key is out before one call tries it again, while others do the work.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly ApiKey[] _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _upstream;
    private uint _turn;

    /// <param name="keys">The keys; none for an upstream that needs none.</param>
    /// <param name="upstream">The upstream's name, for the log.</param>
    public KeyRing(IReadOnlyList<string> keys, string upstream, TimeProvider time, ILogger logger)
    {
        (_upstream, _time, _logger) = (upstream, time, logger);
        _keys = [.. (keys.Count == 0 ? [""] : keys).Select((key, i) => new ApiKey(key, i + 1, Refused, Accepted))];
    }

    public IReadOnlyList<ApiKey> Keys => _keys;

    public IReadOnlyList<KeyState> States
    {
        get
        {
            lock (_lock)
            {
                return [.. _keys.Select(k => new KeyState(k.Number, k.OutSince is not null, k.Errors, k.Reason))];
            }
        }
    }

    /// <summary>Whether no key is left but those that rest.</summary>
    public bool IsUnavailable
    {
        get
        {
            lock (_lock)
            {
                return Array.TrueForAll(_keys, IsResting);
            }
        }
    }

    /// <summary>Whether all went out after a moment: a run that began then has seen it, and is to try none of them again.</summary>
    public bool WentOutAfter(DateTimeOffset since)
    {
        lock (_lock)
        {
            return Array.TrueForAll(_keys, k => k.OutSince > since);
        }
    }

    /// <summary>The key whose turn it is; null when all are out.</summary>
    /// <param name="first">Whether the call has not tried one yet: then, with all out, it may try the one that rested longest.</param>
    public ApiKey? Next(bool first)
    {
        if (_keys.Length == 1 && _keys[0].OutSince is null)
        {
            return _keys[0];
        }

        lock (_lock)
        {
            for (var i = 0; i < _keys.Length; i++)
            {
                var key = _keys[_turn++ % _keys.Length];
                if (!IsResting(key))
                {
                    return key;
                }
            }

            return first ? _keys.MinBy(k => k.OutSince) : null;
        }
    }

    private bool IsResting(ApiKey key) => key.OutSince is { } since && _time.GetUtcNow() < since + Rest;

    private void Refused(ApiKey key, CallResult result)
    {
        lock (_lock)
        {
            key.Reason = $"{result.Status} {result.ErrorCode}: {result.ErrorMessage}";
            if (++key.Errors < ErrorBudget)
            {
                return;
            }

            if (key.OutSince is null)
            {
                UpstreamLog.KeyIsOut(_logger, key.Number, _upstream, key.Errors, result.Status, result.ErrorCode);
            }

            key.OutSince = _time.GetUtcNow();
        }
    }

    private void Accepted(ApiKey key)
    {
        if (key.Errors == 0)
        {
            return;
        }

        lock (_lock)
        {
            (key.Errors, key.OutSince, key.Reason) = (0, null, null);
        }
    }
}
