namespace Drover.Throttling.Pacing;

/// <summary>Paces one process within the slices that it has taken: the arithmetic alone, with the time as an argument.</summary>
/// <remarks>
/// Slices follow each other in time. The units of one are spread evenly from the end of the one before to its own end, so
/// that processes which take slices in turn run side by side, each at its part of the rate. Timers fire late, so what was
/// missed may be made good, but only over the last few milliseconds (<see cref="Schedule.CatchUp"/>); beyond that it is lost,
/// and idle time is not saved up.
/// </remarks>
/// <param name="strict">Whether a minimum spacing is asked for: then nothing goes early, and nothing is made good.</param>
internal sealed class Pacer(bool strict)
{
    // Of a call: so much may be missing, and is owed, lest a timer that fires late sends it all the way round for a little.
    private const double Tolerance = 0.1;

    private readonly Queue<Slice> _next = new();
    private Slice _slice;
    private double _interval;
    private double _owed;

    /// <summary>Whether there is a rate to keep to.</summary>
    public bool IsLimited => _interval > 0;

    /// <summary>When the last slice ends.</summary>
    public long Ends { get; private set; }

    /// <summary>The units taken since the last slice was added.</summary>
    public double Used { get; private set; }

    /// <summary>Sets the rate: ticks per unit, 0 for no limit. When it falls, slices that are here already slow down as well.</summary>
    public void SetInterval(double interval)
    {
        if (_interval > 0 && interval > _interval)
        {
            var slower = interval / _interval;
            _slice = _slice with { Stride = _slice.Stride * slower };
            for (var i = _next.Count; i > 0; i--)
            {
                var slice = _next.Dequeue();
                _next.Enqueue(slice with { Stride = slice.Stride * slower });
            }
        }

        _interval = interval;
    }

    /// <summary>Adds a slice that was taken from the schedule.</summary>
    /// <param name="units">The units in it.</param>
    /// <param name="unitsOfACall">The units of one call, about.</param>
    public void Add(Slice taken, double units, double unitsOfACall, long now)
    {
        var early = strict ? 0 : Schedule.Early(unitsOfACall, taken.Stride);
        var late = strict ? 0 : Schedule.CatchUp(unitsOfACall, taken.Stride);
        var begins = Math.Max(Math.Max(Ends, now - late), taken.Begins - early);
        Used = 0;
        if (begins >= taken.Ends)
        {
            return; // It came too late to be used.
        }

        var slice = new Slice(begins, taken.Ends, Math.Max(taken.Stride, (taken.Ends - begins) / units));
        Ends = slice.Ends;
        if (_slice.Begins < _slice.Ends)
        {
            _next.Enqueue(slice);
        }
        else
        {
            _slice = slice;
        }

        Pay();
    }

    /// <summary>How long the next call has to wait: 0 when it may go now; null when the slices do not suffice for it.</summary>
    public long? WaitFor(double units, long now)
    {
        if (!IsLimited)
        {
            return 0;
        }

        Forget(now - (strict ? 0 : Schedule.CatchUp(units, _interval)));
        while (Stock(_slice) < units * (1 - Tolerance))
        {
            if (!_next.TryDequeue(out var next))
            {
                return null;
            }

            // What does not suffice for a call goes with the next slice.
            _slice = next with { Begins = next.Begins - (long)(Stock(_slice) * next.Stride) };
        }

        return Math.Max(0, _slice.Begins - now);
    }

    /// <summary>What the slices lack for a call; 0 when they suffice.</summary>
    public double Missing(double units)
    {
        var missing = units + _owed - Stock(_slice);
        foreach (var slice in _next)
        {
            missing -= Stock(slice);
        }

        return Math.Max(0, missing);
    }

    /// <summary>Takes a call's units; <see cref="WaitFor"/> has said 0.</summary>
    public void Take(double units)
    {
        if (IsLimited)
        {
            Used += units;
            _owed += units;
            Pay();
        }
    }

    /// <summary>Corrects what was taken: positive units were too few, negative ones too many.</summary>
    public void Correct(double units)
    {
        _owed += units;
        Pay();
    }

    /// <summary>Notes that the schedule was corrected instead: what comes next may begin so much earlier or later.</summary>
    public void Shift(double units)
    {
        if (_slice.Begins >= _slice.Ends)
        {
            Ends += (long)(units * _interval);
        }
    }

    private static double Stock(Slice slice) => Math.Max(0, slice.Ends - slice.Begins) / Math.Max(1e-9, slice.Stride);

    // Moves on by what is owed; what is given back moves the beginning to an earlier time. Little of either is kept for later.
    private void Pay()
    {
        while (_owed != 0 && _slice.Begins < _slice.Ends)
        {
            var paid = Math.Min(_owed, Stock(_slice));
            _slice = _slice with { Begins = paid < _owed ? _slice.Ends : _slice.Begins + (long)Math.Round(paid * _slice.Stride) };
            _owed -= paid;
            Advance();
        }

        _owed = Math.Max(_owed, _interval > 0 ? -LimitsExchange.Round.Ticks / _interval : 0);
    }

    private void Forget(long before)
    {
        _slice = _slice with { Begins = Math.Max(_slice.Begins, before) };
        Advance();
        while (_slice.Begins < before && _slice.Begins < _slice.Ends)
        {
            _slice = _slice with { Begins = before };
            Advance();
        }
    }

    private void Advance()
    {
        while (_slice.Begins >= _slice.Ends && _next.TryDequeue(out var next))
        {
            _slice = next;
        }
    }
}
