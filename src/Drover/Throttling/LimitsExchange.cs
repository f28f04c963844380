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

    public static (LimitsDocument Document, Lease Lease) Apply(
        LimitsDocument document, LeaseRequest request, ThrottleLimits limits, DateTimeOffset now)
    {
        var others = document.Holders.Where(h => h.Process != request.Process && h.Expires > now).ToList();
        document = Learn(document, request, others.Sum(h => h.Pace) + request.Pace, limits, now);

        var (held, cap, isRestless) = Share(request, others, limits.Concurrency);
        var me = new Holder(request.Process, held, request.Wanted, Math.Round(request.Pace, 1), now, now + Expiry);
        var isHere = request.Wanted > 0 || request.InFlight > 0;
        document = document with { Holders = isHere ? [.. others, me] : others };

        var active = 1 + others.Count(h => now - h.Renewed < Quiet);
        var (requestsDue, tokensDue) = (document.RequestsDue.UtcTicks, document.TokensDue.UtcTicks);
        var requestInterval = Math.Max(Schedule.Interval(document.RequestsPerMinute(limits)), limits.MinimumSpacing.Ticks);
        var tokenInterval = Schedule.Interval(document.TokensPerMinute(limits));
        var earliest = (now + request.Lead).UtcTicks;
        tokensDue = Math.Max(0, tokensDue + (long)(request.TokenCorrection * tokenInterval));
        var requests = Take(ref requestsDue, request.Requests, requestInterval, active, earliest);
        var tokens = Take(ref tokensDue, request.Tokens, tokenInterval, active, earliest);
        document = document with { RequestsDue = At(requestsDue), TokensDue = At(tokensDue) };
        return (
            document,
            new Lease(
                document, held, cap, me.Expires, isRestless, requestInterval, tokenInterval)
            { Requests = requests, Tokens = tokens });
    }

    private static LimitsDocument Learn(
        LimitsDocument document, LeaseRequest request, double pace, ThrottleLimits limits, DateTimeOffset now)
    {
        var learned = document with
        {
            PausedUntil = request.PausedUntil > document.PausedUntil ? request.PausedUntil : document.PausedUntil,
            RequestLimit = LearnedLimit.Merge(document.RequestLimit, request.RequestLimit, now),
            TokenLimit = LearnedLimit.Merge(document.TokenLimit, request.TokenLimit, now),
        };
        var isNew = learned.RequestLimit?.PerMinute != document.RequestLimit?.PerMinute
            || learned.TokenLimit?.PerMinute != document.TokenLimit?.PerMinute;
        var isLimited = limits.RequestsPerMinute > 0 || learned.RequestLimit is not null;
        return learned with
        {
            // What was learned of another limit says nothing of this one.
            Adaptation = isNew
                ? new Adaptation { Generation = document.Adaptation.Generation + 1, ChangedAt = now }
                : document.Adaptation.Learn(request.Answers, isLimited ? 0 : pace, now),
        };
    }

    // The sum of what is held never passes the limit: nobody takes but what is free, whatever its fair share would be.
    private static (int Held, int Cap, bool IsRestless) Share(LeaseRequest request, List<Holder> others, int limit)
    {
        if (others.Count == 0)
        {
            return (limit, limit, false);
        }

        var shares = FairShares.Of([.. others.Select(h => h.Wanted), request.Wanted], limit);
        var spare = (limit - shares.Sum()) / shares.Length;
        var free = Math.Max(0, limit - others.Sum(h => h.Held));
        var held = Math.Min(Math.Max(shares[^1] + spare, request.InFlight), free);
        return (held, Math.Min(held, shares[^1] + spare), held < shares[^1] || others.Index().Any(h => h.Item.Held < shares[h.Index]));
    }

    private static Grant? Take(ref long due, WantedUnits wanted, double interval, int active, long earliest)
    {
        if (wanted.Least <= 0 || interval <= 0)
        {
            return null;
        }

        // Alone, whatever is not used costs nobody anything.
        var part = Math.Floor(Round.Ticks / interval / active);
        var units = Math.Max(wanted.Least, active == 1 ? part : Math.Min(part, wanted.Most));
        return new Grant(Schedule.Take(ref due, units, interval, earliest), units);
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
