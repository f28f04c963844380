using System.Diagnostics.CodeAnalysis;

namespace Drover.Simulator.Limits;

/// <summary>Admits a call, or says which limit is in the way and for how long.</summary>
internal sealed class RateLimits
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private TokenBucket? _requests;
    private TokenBucket? _tokens;
    private int _rpm;
    private int _tpm;
    private int _maxInFlight;
    private int _inFlight;

    public RateLimits(SimulatorOptions options)
    {
        _time = options.TimeProvider;
        _start = _time.GetTimestamp();
        Configure(options);
    }

    private double Now => _time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>A bucket whose rate stays keeps its level.</summary>
    public void Configure(SimulatorOptions options)
    {
        lock (_gate)
        {
            _requests = options.Rpm == _rpm ? _requests : options.Rpm > 0 ? new TokenBucket(options.Rpm, Now) : null;
            _tokens = options.Tpm == _tpm ? _tokens : options.Tpm > 0 ? new TokenBucket(options.Tpm, Now) : null;
            (_rpm, _tpm, _maxInFlight) = (options.Rpm, options.Tpm, options.MaxConcurrency);
        }
    }

    /// <summary>Takes the call's share of every limit, or of none. What was admitted must <see cref="Leave"/>.</summary>
    public bool TryEnter(int tokens, out RateState state, out int inFlight, [NotNullWhen(false)] out Rejection? rejection)
    {
        lock (_gate)
        {
            var now = Now;
            rejection = Refuse(tokens, now);
            if (rejection is null)
            {
                _requests?.Take(1);
                _tokens?.Take(tokens);
                _inFlight++;
            }

            inFlight = _inFlight;
            state = new RateState(
                _rpm, (int)(_requests?.Level(now) ?? 0), _requests?.SecondsUntilFull(now) ?? 0,
                _tpm, (int)Math.Max(0, _tokens?.Level(now) ?? 0), _tokens?.SecondsUntilFull(now) ?? 0);
            return rejection is null;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _inFlight--;
        }
    }

    private Rejection? Refuse(int tokens, double now)
    {
        if (_maxInFlight > 0 && _inFlight >= _maxInFlight)
        {
            return new Rejection("concurrency", _maxInFlight, _inFlight, 1, 0.05);
        }

        if (_requests?.Wait(1, now) is > 0 and var requestWait)
        {
            return new Rejection("requests", _rpm, _rpm, 1, requestWait);
        }

        return _tokens?.Wait(tokens, now) is > 0 and var tokenWait
            ? new Rejection("tokens", _tpm, _tpm - (int)Math.Max(0, _tokens.Level(now)), tokens, tokenWait)
            : null;
    }
}
