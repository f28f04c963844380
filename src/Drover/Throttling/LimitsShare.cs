using Drover.Throttling.Pacing;

namespace Drover.Throttling;

/// <summary>
/// What of an upstream's limits is this process's: when its next call may go, and what to tell and ask the others.
/// The arithmetic alone, with the time as an argument; not thread-safe.
/// </summary>
/// <param name="process">An id for the process.</param>
/// <param name="limits">What all processes keep to together.</param>
/// <param name="isShared">Whether there are others; if not, its lease does not end.</param>
internal sealed class LimitsShare(string process, ThrottleLimits limits, bool isShared)
{
    /// <summary>Waiting for a slot that a call gives back.</summary>
    public const long UntilRelease = long.MaxValue;

    private static readonly long Heartbeat = TimeSpan.FromSeconds(1).Ticks;
    private static readonly long RestlessHeartbeat = TimeSpan.FromMilliseconds(250).Ticks;
    private static readonly long BetweenNews = TimeSpan.FromMilliseconds(50).Ticks;
    private static readonly long LongestLead = TimeSpan.FromMilliseconds(500).Ticks;
    private const double PaceMemory = 0.8;

    private readonly Pacer _requests = new(limits.MinimumSpacing > TimeSpan.Zero);
    private readonly Pacer _tokens = new(strict: false);
    private readonly TokenEstimate _estimate = new();
    private readonly Burst _requestBurst = new();
    private readonly Burst _tokenBurst = new();
    private Demand? _requestDemand;
    private Demand? _tokenDemand;
    private Lease? _lease;
    private long _askedAt;
    private long _lead;
    private int _cap;
    private int _peak;
    private int _launched;
    private double _launches;
    private double _launchTicks;
    private double _tokensOfACall = 1;
    private bool _wantsSlots;
    private bool _hasNews;
    private long _correction;
    private Answers _answers;
    private long? _requestLimit;
    private long? _tokenLimit;
    private long _tokensUnderWay;

    /// <summary>The calls under way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Until when the upstream asked to be left alone, in ticks.</summary>
    public long PausedUntil { get; private set; }

    /// <summary>What was handed over last; null when there is nothing.</summary>
    public Lease? Lease => _lease;

    private int Generation => _answers.Generation;

    /// <summary>The calls at once that may be launched.</summary>
    public int Cap => _lease is null ? 0 : _cap;

    private Demand RequestDemand => _requestDemand ??= new Demand(_requests);

    private Demand TokenDemand => _tokenDemand ??= new Demand(_tokens);

    /// <summary>What to count for a call with this estimate of its tokens.</summary>
    public long TokensFor(long estimate) => _estimate.For(estimate);

    /// <summary>
    /// How long the next call has to wait, in ticks: 0 when it may go now, <see cref="UntilRelease"/> when for a slot, null
    /// when for the next lease.
    /// </summary>
    /// <param name="isAwaited">Whether somebody waits for its answer: it may go ahead of its turn as far as the upstream allows.</param>
    public long? WaitFor(long tokens, long now, bool isAwaited = false)
    {
        if (PausedUntil > now)
        {
            return PausedUntil - now;
        }

        if (_lease is null || (isShared && _lease.Expires.UtcTicks <= now))
        {
            return null;
        }

        if (InFlight >= _cap)
        {
            _wantsSlots = true;
            RequestDemand.NoteNobody();
            TokenDemand.NoteNobody();
            return UntilRelease;
        }

        _tokensOfACall = tokens;
        var request = _requests.WaitFor(1, now);
        var token = _tokens.WaitFor(tokens, now);
        RequestDemand.Note(1, request);
        TokenDemand.Note(tokens, token);
        return isAwaited && MayBurst(tokens, now) ? 0 : request is { } first && token is { } second ? Math.Max(first, second) : null;
    }

    /// <summary>Launches a call; <see cref="WaitFor"/> has said 0.</summary>
    public LaunchMark Launch(long tokens)
    {
        _requests.Take(1);
        _tokens.Take(tokens);
        _requestBurst.Take(1);
        _tokenBurst.Take(tokens);
        _tokensUnderWay += tokens;
        InFlight++;
        _launched++;
        _peak = Math.Max(_peak, InFlight);
        return new LaunchMark(Generation, _requestBurst.Gone, _tokenBurst.Gone);
    }

    /// <summary>A call is over.</summary>
    /// <param name="tokens">The tokens that were counted for it.</param>
    public void Release(long tokens) => (InFlight, _tokensUnderWay) = (InFlight - 1, _tokensUnderWay - tokens);

    public void PauseUntil(long until)
    {
        // What comes to an end before others would hear of it is not worth telling them.
        _hasNews |= isShared && until > PausedUntil && until > _askedAt + RestlessHeartbeat;
        PausedUntil = Math.Max(PausedUntil, until);
    }

    /// <summary>Takes the answer to a call into account.</summary>
    /// <param name="launched">What was so when it was launched.</param>
    /// <param name="estimate">The caller's estimate of its tokens.</param>
    /// <param name="counted">The tokens that were counted for it.</param>
    /// <param name="feedback">What the answer says.</param>
    public void Learn(LaunchMark launched, long estimate, long counted, CallFeedback feedback, long now)
    {
        if (feedback is { Status: 429 or 503, RetryAfter: { } pause })
        {
            PauseUntil(now + pause.Ticks);
        }

        if (launched.Generation == Generation && feedback.Status > 0)
        {
            _answers = feedback.Status == 429
                ? _answers with { Refused = _answers.Refused + 1, Passed = 0 }
                : _answers with { Passed = _answers.Passed + 1 };
            _hasNews |= feedback.Status == 429;
        }

        if (feedback.Tokens is > 0 and { } actual)
        {
            _estimate.Learn(estimate, actual);
        }

        if (_tokens.IsLimited && TokensUsed(feedback) is { } used)
        {
            Correct(used - counted);
        }

        NoteLeft(launched, feedback, counted, now);
        _requestLimit = Stated(feedback.Rates.Requests?.PerMinute, limits.RequestsPerMinute, _lease?.Document.RequestLimit, _requestLimit);
        _tokenLimit = Stated(feedback.Rates.Tokens?.PerMinute, limits.TokensPerMinute, _lease?.Document.TokenLimit, _tokenLimit);
    }

    /// <summary>When to ask next, in ticks; <see cref="long.MaxValue"/>: not before something happens.</summary>
    public long AskAt(bool isAwaited, long now)
    {
        if (_lease is null || (isShared && _lease.Expires.UtcTicks <= now))
        {
            return isAwaited && PausedUntil <= now ? now : isAwaited ? PausedUntil : long.MaxValue;
        }

        if (!isAwaited)
        {
            RequestDemand.NoteNobody();
            TokenDemand.NoteNobody();
        }

        var at = _hasNews ? (isShared ? _askedAt + BetweenNews : now) : Math.Min(RequestDemand.AskAt(now), TokenDemand.AskAt(now));
        if (isShared)
        {
            var wantsMore = _wantsSlots && _cap < limits.Concurrency;
            at = Math.Min(at, _askedAt + (wantsMore || _lease.IsRestless ? RestlessHeartbeat : Heartbeat));
        }

        return at;
    }

    /// <summary>What to tell and ask the others. Until <see cref="Apply"/>, no more is launched than this says.</summary>
    public LeaseRequest Request(bool isAwaited, long now)
    {
        var isIdle = !isAwaited && InFlight == 0 && _launched == 0;
        var isGiving = _lease is null || _lease.IsRestless || _cap < _lease.Held;
        var mayLaunch = isGiving ? Math.Min(InFlight, _cap) : Math.Min(_cap, (_peak * 5 / 4) + 1);
        if (isShared)
        {
            _cap = Math.Min(_cap, mayLaunch);
        }

        (_launches, _launchTicks) = (
            (_launches * PaceMemory) + _launched, (_launchTicks * PaceMemory) + Math.Max(1, _askedAt == 0 ? 1 : now - _askedAt));
        var request = new LeaseRequest(process)
        {
            InFlight = Math.Max(InFlight, mayLaunch),
            Wanted = isIdle ? 0 : _wantsSlots ? limits.Concurrency : Math.Min(limits.Concurrency, (_peak * 5 / 4) + 1),
            Pace = _askedAt == 0 ? 0 : _launches / _launchTicks * TimeSpan.TicksPerMinute,
            Requests = _lease is null && isAwaited ? new WantedUnits(1, 1) : RequestDemand.Wanted(now),
            Tokens = _lease is null && isAwaited ? new WantedUnits(_tokensOfACall, _tokensOfACall) : TokenDemand.Wanted(now),
            TokenCorrection = _correction,
            Lead = TimeSpan.FromTicks(_lead),
            Answers = _answers,
            PausedUntil = new DateTimeOffset(PausedUntil, TimeSpan.Zero),
            RequestLimit = _requestLimit,
            TokenLimit = _tokenLimit,
        };
        (_askedAt, _launched, _peak, _correction) = (now, 0, InFlight, 0);
        (_hasNews, _wantsSlots, _requestLimit, _tokenLimit) = (false, false, null, null);
        _answers = new Answers(_answers.Generation, 0, 0);
        return request;
    }

    /// <summary>Takes what was handed over.</summary>
    public void Apply(LeaseRequest asked, Lease lease, long now)
    {
        if (asked is { Wanted: 0, InFlight: 0 })
        {
            _lease = null;
            return;
        }

        if (isShared)
        {
            var took = Math.Max(0, now - _askedAt);
            _lead = Math.Min(LongestLead, Math.Max(took, ((_lead * 4) + took) / 5) + TimeSpan.TicksPerMillisecond);
        }

        (_lease, _cap) = (lease, lease.Cap);
        PausedUntil = Math.Max(PausedUntil, lease.Document.PausedUntil.UtcTicks);
        if (lease.Document.Adaptation.Generation != Generation)
        {
            _answers = new Answers(lease.Document.Adaptation.Generation, 0, 0);
        }

        Add(_requests, RequestDemand, lease.RequestInterval, lease.Requests, 1, now);
        Add(_tokens, TokenDemand, lease.TokenInterval, lease.Tokens, _tokensOfACall, now);
    }

    private bool MayBurst(long tokens, long now)
    {
        if (limits.MinimumSpacing > TimeSpan.Zero || _lease is not { Document: { Adaptation.Factor: >= 1 } document })
        {
            return false;
        }

        var sharers = Math.Max(1, document.Holders.Count);
        return (!_requests.IsLimited || _requestBurst.Has(1, sharers, now))
            && (!_tokens.IsLimited || _tokenBurst.Has(tokens, sharers, now));
    }

    private void NoteLeft(LaunchMark launched, CallFeedback feedback, long counted, long now)
    {
        if (feedback.Status == 429)
        {
            _requestBurst.Forget();
            _tokenBurst.Forget();
            return;
        }

        if (feedback.Rates.Requests is { } requests)
        {
            _requestBurst.Note(requests, launched.Requests, InFlight - 1, now);
        }

        if (feedback.Rates.Tokens is { } tokens)
        {
            _tokenBurst.Note(tokens, launched.Tokens, _tokensUnderWay - counted, now);
        }
    }

    // Alone, the next call goes earlier or later by as much. With others it would have to go round to make up for a few
    // tokens, so the schedule itself is moved.
    private void Correct(long tokens)
    {
        if (_lease is { Document.Holders.Count: > 1 })
        {
            _correction += tokens;
            _tokens.Shift(tokens);
        }
        else
        {
            _tokens.Correct(tokens);
        }
    }

    // A refused call uses none; an answer that does not say how many it used leaves the estimate.
    private static long? TokensUsed(CallFeedback feedback) =>
        feedback.Status >= 400 ? 0 : feedback.Tokens is > 0 ? feedback.Tokens : null;

    private static void Add(Pacer pacer, Demand demand, double interval, Grant? grant, double unitsOfACall, long now)
    {
        pacer.SetInterval(interval);
        if (grant is { } given)
        {
            pacer.Add(given.Slice, given.Units, unitsOfACall, now);
            demand.Took(given.Units);
        }
    }

    // What headers state counts when it is less than what is configured, or takes back what they stated before.
    private long? Stated(long? stated, long configured, LearnedLimit? known, long? before)
    {
        if (stated is not { } limit || (known is null && configured > 0 && limit >= configured))
        {
            return before;
        }

        _hasNews |= known is null || limit < known.PerMinute;
        return before is { } lower ? Math.Min(lower, limit) : limit;
    }
}
