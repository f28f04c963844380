namespace Drover.Throttling;

/// <summary>What one process does to the shared document at a time: tells what it knows and takes what it needs. Pure.</summary>
internal static class LimitsExchange
{
    /// <summary>How long a share lasts that is not renewed.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromSeconds(8);

    /// <summary>The time that the slices of all processes cover together.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    // Who has not been heard of for so long does not take part in the round, though its share is still its own.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2.5);

    public static (LimitsDocument Document, Lease Lease) Apply(LimitsDocument document, Ask ask, ThrottleLimits limits, DateTimeOffset now)
    {
        var others = document.Holders.Where(h => h.Process != ask.Process && h.Expires > now).ToList();
        document = Learn(document, ask, others.Sum(h => h.Pace) + ask.Pace, limits, now);

        var (held, cap, isRestless) = Share(ask, others, limits.Concurrency);
        var me = new Holder(ask.Process, held, ask.Wanted, Math.Round(ask.Pace, 1), now, now + Expiry);
        var isHere = ask.Wanted > 0 || ask.InFlight > 0;
        document = document with { Holders = isHere ? [.. others, me] : others };

        var active = 1 + others.Count(h => now - h.Renewed < Quiet);
        var (requestsDue, tokensDue) = (document.RequestsDue.UtcTicks, document.TokensDue.UtcTicks);
        var requestInterval = Math.Max(Schedule.Interval(document.RequestsPerMinute(limits)), limits.MinimumSpacing.Ticks);
        var tokenInterval = Schedule.Interval(document.TokensPerMinute(limits));
        var earliest = (now + ask.Lead).UtcTicks;
        tokensDue = Math.Max(0, tokensDue + (long)(ask.TokenCorrection * tokenInterval));
        var requests = Take(ref requestsDue, ask.Requests, requestInterval, active, earliest);
        var tokens = Take(ref tokensDue, ask.Tokens, tokenInterval, active, earliest);
        document = document with { RequestsDue = At(requestsDue), TokensDue = At(tokensDue) };
        return (document, new Lease(document, held, cap, me.Expires, isRestless, requestInterval, tokenInterval) { Requests = requests, Tokens = tokens });
    }

    private static LimitsDocument Learn(LimitsDocument document, Ask ask, double pace, ThrottleLimits limits, DateTimeOffset now)
    {
        var learned = document with
        {
            PausedUntil = ask.PausedUntil > document.PausedUntil ? ask.PausedUntil : document.PausedUntil,
            RequestLimit = LearnedLimit.Merge(document.RequestLimit, ask.RequestLimit, now),
            TokenLimit = LearnedLimit.Merge(document.TokenLimit, ask.TokenLimit, now),
        };
        var isNew = learned.RequestLimit?.PerMinute != document.RequestLimit?.PerMinute || learned.TokenLimit?.PerMinute != document.TokenLimit?.PerMinute;
        var isLimited = limits.RequestsPerMinute > 0 || learned.RequestLimit is not null;
        return learned with
        {
            // What was learned of another limit says nothing of this one.
            Adaptation = isNew
                ? new Adaptation { Generation = document.Adaptation.Generation + 1, ChangedAt = now }
                : document.Adaptation.Learn(ask.Answers, isLimited ? 0 : pace, now),
        };
    }

    // The sum of what is held never passes the limit: nobody takes but what is free, whatever its fair share would be.
    private static (int Held, int Cap, bool IsRestless) Share(Ask ask, List<Holder> others, int limit)
    {
        if (others.Count == 0)
        {
            return (limit, limit, false);
        }

        var shares = FairShares.Of([.. others.Select(h => h.Wanted), ask.Wanted], limit);
        var spare = (limit - shares.Sum()) / shares.Length;
        var free = Math.Max(0, limit - others.Sum(h => h.Held));
        var held = Math.Min(Math.Max(shares[^1] + spare, ask.InFlight), free);
        return (held, Math.Min(held, shares[^1] + spare), held < shares[^1] || others.Index().Any(h => h.Item.Held < shares[h.Index]));
    }

    private static Grant? Take(ref long due, Want want, double interval, int active, long earliest)
    {
        if (want.Least <= 0 || interval <= 0)
        {
            return null;
        }

        // Alone, whatever is not used costs nobody anything.
        var part = Math.Floor(Round.Ticks / interval / active);
        var units = Math.Max(want.Least, active == 1 ? part : Math.Min(part, want.Most));
        return new Grant(Schedule.Take(ref due, units, interval, earliest), units);
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
