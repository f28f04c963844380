using Drover.Budgets.Ledger;

namespace Drover.Budgets;

/// <summary>One lease as its process has it, in memory. Not thread-safe: <see cref="SpendBook"/> locks.</summary>
internal sealed class SpendAccount(long number, Payer payer, DateOnly day)
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestMeasure = TimeSpan.FromMilliseconds(250);

    private decimal _exposed;
    private decimal _reservedSince;
    private DateTimeOffset? _measuredAt;
    private decimal _perSecond;

    public long Number => number;

    public Payer Payer => payer;

    public DateOnly Day => day;

    /// <summary>What the ledger lets this process spend, counted as <see cref="SpendLease.Amount"/>.</summary>
    public decimal Authority { get; set; }

    /// <summary>How much of <see cref="Settled"/> the ledger has.</summary>
    public decimal Reported { get; set; }

    /// <summary>What calls have cost, since the lease began.</summary>
    public decimal Settled { get; set; }

    /// <summary>How much of <see cref="Settled"/> is in the sheet.</summary>
    public decimal Durable { get; private set; }

    /// <summary>The calls under way.</summary>
    public Dictionary<long, SheetCall> Open { get; } = [];

    public decimal OpenUsd { get; set; }

    /// <summary>The calls that were lost and that the ledger does not have yet.</summary>
    public List<SheetCall> Lost { get; } = [];

    /// <summary>All that was ever lost.</summary>
    public decimal LostUsd { get; private set; }

    public LinkedList<SpendWaiter> Waiting { get; } = [];

    public DateTimeOffset LastReserved { get; private set; }

    /// <summary>What may be reserved at once. Below zero after a call that cost more than its worst case.</summary>
    public decimal Free => Authority - OpenUsd - (Settled - Reported) - Lost.Sum(l => l.Usd);

    /// <summary>What the process would like to have ready, as of the last report.</summary>
    public decimal Desired { get; private set; }

    public void Reserve(SheetCall call, DateTimeOffset now)
    {
        Open.Add(call.Number, call);
        OpenUsd += call.Usd;
        _reservedSince += call.Usd;
        LastReserved = now;
    }

    public void Lose(SheetCall call)
    {
        Lost.Add(call);
        LostUsd += call.Usd;
    }

    /// <summary>What the sheet that is about to be written makes this lease answer for.</summary>
    public decimal BeginCommit()
    {
        _exposed = Math.Max(_exposed, Exposed);
        return Exposed;
    }

    /// <summary>That sheet is written, and any earlier one is gone.</summary>
    public void EndCommit(decimal exposed, decimal settled) => (_exposed, Durable) = (exposed, settled);

    /// <summary>Ends a call; false when there is no such call any more.</summary>
    public bool End(long call)
    {
        if (!Open.Remove(call, out var it))
        {
            return false;
        }

        OpenUsd -= it.Usd;
        return true;
    }

    /// <summary>What to tell and to ask. What is not to be kept is given up here and now, before the ledger knows.</summary>
    /// <remarks>
    /// What a call has given back may be used for another at once, but it is not given up before a sheet is written that does not
    /// have the call: if the process died, the call would be taken for one under way.
    /// </remarks>
    /// <param name="lostCount">The lost calls up to this one are in the sheet.</param>
    /// <param name="drain">Whether to keep nothing ready.</param>
    public LeaseReport Report(long lostCount, bool drain, DateTimeOffset now)
    {
        var waiting = Waiting.Sum(w => w.Usd);
        Desired = waiting + (drain || now - LastReserved > Lately ? 0 : Tranche(now));
        var kept = Math.Min(Math.Max(Free, 0), Math.Max(Desired, _exposed - Exposed));
        Authority -= Math.Max(0, Free - kept);
        var held = OpenUsd + (Settled - Durable) + Lost.Where(l => l.LostNumber > lostCount).Sum(l => l.Usd) + kept;
        return new LeaseReport(
            number, payer, day, Durable, held, Math.Max(0, Desired - kept), Math.Max(0, waiting - kept), kept,
            Waiting.Count == 0 ? 0 : Waiting.Min(w => w.Usd));
    }

    /// <summary>Whether nothing is left of it, here and in the ledger.</summary>
    public bool IsOver(DateTimeOffset now) =>
        Open.Count == 0 && Lost.Count == 0 && Waiting.Count == 0 && Settled == Reported && Authority == 0 && now - LastReserved > Lately;

    private decimal Exposed => OpenUsd + Settled + LostUsd;

    // About a second of the recent spending. It is quick to rise and slow to fall; too much is given back when the calls cease.
    private decimal Tranche(DateTimeOffset now)
    {
        var elapsed = now - (_measuredAt ?? now);
        if (_measuredAt is null || elapsed >= ShortestMeasure)
        {
            var seconds = (decimal)Math.Max(elapsed.TotalSeconds, ShortestMeasure.TotalSeconds);
            _perSecond = Math.Max(_reservedSince / seconds, _perSecond * 0.7m);
            (_measuredAt, _reservedSince) = (now, 0);
        }

        return _perSecond;
    }
}
