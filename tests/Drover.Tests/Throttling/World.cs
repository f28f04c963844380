using Drover.Throttling;

namespace Drover.Tests.Throttling;

/// <summary>
/// Several processes, their document and an upstream in one thread, millisecond by millisecond: storage takes its time,
/// timers fire late, processes die. Nothing in it waits.
/// </summary>
internal sealed class World
{
    public static readonly long Start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    private readonly ThrottleLimits _limits;
    private readonly Random _random;
    private readonly List<Member> _members = [];
    private double _perSecond;
    private double _capacity;
    private double _level;

    /// <param name="seed">Fixes everything that is left to chance.</param>
    /// <param name="limits">What the processes know.</param>
    /// <param name="perMinute">What the upstream allows: a bucket of one second's worth.</param>
    public World(int seed, ThrottleLimits limits, double perMinute)
    {
        (_limits, _random) = (limits, new Random(seed));
        SetLimit(perMinute);
        _level = _capacity;
    }

    public LimitsDocument Document { get; private set; } = new();

    /// <summary>How long an answer takes, in milliseconds; refusals come at once.</summary>
    public Func<Random, int> Latency { get; init; } = _ => 50;

    /// <summary>How long an exchange with storage takes, in milliseconds.</summary>
    public Func<Random, int> StorageTime { get; init; } = r => r.Next(2, 20);

    /// <summary>How late a timer fires, in milliseconds.</summary>
    public Func<Random, int> Lateness { get; init; } = r => r.Next(0, 3);

    /// <summary>How a call's tokens are estimated and what it uses; the upstream's limit is on tokens then.</summary>
    public Func<Random, (long Estimate, long Actual)>? Tokens { get; init; }

    public int Now { get; private set; }

    /// <summary>Accepted and refused calls by second.</summary>
    public SortedDictionary<int, (int Accepted, int Refused)> Seconds { get; } = [];

    public int Accepted => Seconds.Values.Sum(s => s.Accepted);

    public int Refused => Seconds.Values.Sum(s => s.Refused);

    public long TokensUsed { get; private set; }

    public int MostInFlight { get; private set; }

    public int MostHeld { get; private set; }

    public int Exchanges { get; private set; }

    public Member Add()
    {
        var member = new Member($"p{_members.Count}", new LimitsShare($"p{_members.Count}", _limits, isShared: true));
        _members.Add(member);
        return member;
    }

    public void SetLimit(double perMinute)
    {
        _perSecond = perMinute / 60;
        _capacity = Math.Max(1, _perSecond);
    }

    public int AcceptedIn(int fromSecond, int toSecond) =>
        Seconds.Where(s => s.Key >= fromSecond && s.Key < toSecond).Sum(s => s.Value.Accepted);

    public void Run(double seconds)
    {
        for (var end = Now + (int)(seconds * 1000); Now < end; Now++)
        {
            _level = Math.Min(_capacity, _level + (_perSecond / 1000));
            foreach (var member in _members.Where(m => m.IsAlive))
            {
                Step(member);
            }

            MostInFlight = Math.Max(MostInFlight, _members.Where(m => m.IsAlive).Sum(m => m.Share.InFlight));
            MostHeld = Math.Max(MostHeld, Document.Holders.Where(h => h.Expires.UtcTicks > At(Now)).Sum(h => h.Held));
        }
    }

    private static long At(int milliseconds) => Start + (milliseconds * TimeSpan.TicksPerMillisecond);

    private void Step(Member member)
    {
        while (member.Answers.TryPeek(out var answer, out var due) && due <= Now)
        {
            member.Answers.Dequeue();
            member.Share.Learn(answer.Launched, answer.Estimate, answer.Counted, answer.Feedback, At(Now));
            member.Share.Release(answer.Counted);
            member.WakeAt = Now;
        }

        if (member.CommitAt == Now)
        {
            (Document, member.Lease) = LimitsExchange.Apply(Document, member.Request!, _limits, new DateTimeOffset(At(Now), TimeSpan.Zero));
            Exchanges++;
        }

        if (member.AppliedAt == Now)
        {
            member.Share.Apply(member.Request!, member.Lease!, At(Now));
            member.Request = null;
            member.WakeAt = Now;
        }

        if (member.WakeAt <= Now)
        {
            member.WakeAt = Pump(member);
        }
    }

    private int Pump(Member member)
    {
        var wake = long.MaxValue;
        var isAwaited = member.Wants(Now);
        while (isAwaited)
        {
            if (member.Next is null)
            {
                var (estimate, actual) = Tokens?.Invoke(_random) ?? (0, 0);
                member.Next = (estimate, actual, Tokens is null ? 0 : member.Share.TokensFor(estimate));
            }

            var counted = member.Next.Value.Counted;
            var wait = member.Share.WaitFor(counted, At(Now));
            if (wait is not 0)
            {
                wake = wait is { } ticks and not LimitsShare.UntilRelease ? At(Now) + ticks : long.MaxValue;
                break;
            }

            var launched = member.Share.Launch(counted);
            member.Launched++;
            Call(member, member.Next.Value, launched);
            member.Next = null;
            isAwaited = member.Wants(Now);
        }

        var askAt = member.Share.AskAt(isAwaited, At(Now));
        if (member.Request is null && askAt <= At(Now))
        {
            member.Request = member.Share.Request(isAwaited, At(Now));
            var takes = StorageTime(_random);
            (member.CommitAt, member.AppliedAt) = (Now + Math.Max(1, takes / 2), Now + Math.Max(1, takes));
        }

        wake = Math.Min(wake, member.Request is null ? askAt : long.MaxValue);
        var milliseconds = wake == long.MaxValue
            ? Now + 1000
            : (int)Math.Ceiling((wake - Start) / (double)TimeSpan.TicksPerMillisecond) + Lateness(_random);
        return Math.Max(Now + 1, milliseconds);
    }

    private void Call(Member member, (long Estimate, long Actual, long Counted) tokens, LaunchMark launched)
    {
        var amount = Tokens is null ? 1 : tokens.Actual;
        var missing = Math.Min(amount, _capacity) - _level - 1e-9;
        var (accepted, refused) = Seconds.GetValueOrDefault(Now / 1000);
        Seconds[Now / 1000] = missing > 0 ? (accepted, refused + 1) : (accepted + 1, refused);
        var feedback = missing > 0
            ? new CallFeedback(429) { RetryAfter = TimeSpan.FromSeconds(missing / _perSecond) }
            : new CallFeedback(200) { Tokens = Tokens is null ? null : tokens.Actual };
        if (missing <= 0)
        {
            _level -= amount;
            TokensUsed += tokens.Actual;
        }

        member.Answers.Enqueue(
            (launched, tokens.Estimate, tokens.Counted, feedback), Now + (missing > 0 ? 2 : Latency(_random)));
    }

    public sealed class Member(string name, LimitsShare share)
    {
        public string Name => name;

        public LimitsShare Share => share;

        public bool IsAlive { get; set; } = true;

        /// <summary>Whether it has a call to make; always, unless said otherwise.</summary>
        public Func<int, bool> Wants { get; set; } = _ => true;

        public int Launched { get; set; }

        public (long Estimate, long Actual, long Counted)? Next { get; set; }

        public LeaseRequest? Request { get; set; }

        public Lease? Lease { get; set; }

        public int CommitAt { get; set; } = -1;

        public int AppliedAt { get; set; } = -1;

        public int WakeAt { get; set; }

        public PriorityQueue<(LaunchMark Launched, long Estimate, long Counted, CallFeedback Feedback), int> Answers { get; } = new();
    }
}
