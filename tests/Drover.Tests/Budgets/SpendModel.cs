using Drover.Budgets;
using Drover.Budgets.Alerts;
using Drover.Budgets.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Budgets;

/// <summary>
/// Several processes on one ledger, without storage: every step is drawn, and so is where processes die. It knows what was really spent.
/// </summary>
/// <remarks>A call that was sent costs what its item costs, also when its answer was lost: the upstream worked.</remarks>
internal sealed class SpendModel
{
    private static readonly string[] BatchIds = ["a", "b"];
    private static readonly string[] Keys = ["k", "l"];

    private readonly Random _random;
    private readonly bool _crashes;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 31, 23, 59, 30, TimeSpan.Zero));
    private readonly List<Process> _living = [];
    private readonly Dictionary<string, (SpendSheet Sheet, Process Owner)> _sheets = [];
    private readonly List<Call> _calls = [];
    private readonly Dictionary<string, Dictionary<ulong, decimal>> _costs = BatchIds.ToDictionary(
        b => b, _ => new Dictionary<ulong, decimal>());
    private readonly Dictionary<string, string?> _keys;
    private readonly Dictionary<string, HashSet<ulong>> _done = BatchIds.ToDictionary(b => b, _ => new HashSet<ulong>());
    private int _names;
    private bool _calm;

    public SpendModel(int seed, bool crashes)
    {
        (_random, _crashes) = (new Random(seed), crashes);
        Options = new BudgetOptions
        {
            PerBatch = _random.Next(3) == 0 ? null : Amount(5, 60),
            PerDay = _random.Next(3) == 0 ? null : Amount(5, 60),
            PerMonth = _random.Next(3) == 0 ? null : Amount(5, 60),
        };
        foreach (var key in Keys)
        {
            Options.Keys[key] =
                new KeyBudget
                {
                    PerDay = _random.Next(2) == 0 ? null : Amount(5, 40),
                    PerMonth = _random.Next(2) == 0 ? null : Amount(5, 40)
                };
        }

        _keys = BatchIds.ToDictionary(b => b, _ => _random.Next(3) is var i && i < Keys.Length ? Keys[i] : null);
    }

    public BudgetOptions Options { get; }

    public SpendDocument Ledger { get; private set; } = SpendDocument.Empty;

    public int SpentAnswers { get; private set; }

    /// <summary>How many of them were for a key's limit.</summary>
    public int SpentByKeys { get; private set; }

    /// <summary>What calls of a key have cost or may have.</summary>
    public decimal TruthOf(string key) => Truth(c => _keys[c.Batch] == key);

    public int Granted => _calls.Count(c => c.State != State.Waiting);

    public int Recoveries { get; private set; }

    public List<SpendAlert> Alerts { get; } = [];

    /// <summary>What calls have cost or may have: the sum of what was answered, lost, or under way when its process died.</summary>
    public decimal Truth(Func<Call, bool> which) =>
        _calls.Where(c => c.State is State.Settled or State.Lost or State.Open && which(c)).Sum(c => CostOf(c));

    /// <summary>Calls that were never sent, or cost nothing, and that nobody living knows that of.</summary>
    public decimal Phantoms() =>
        _calls.Where(c => c.State is State.Released or State.Waiting && c.Owner.WasInterrupted).Sum(c => CostOf(c));

    /// <summary>The limits that refused a call, by the reports that were written.</summary>
    public HashSet<(BudgetScope Scope, string Period)> Refused { get; } = [];

    /// <summary>The shares of limits that what is settled has reached, and whose alerts are due therefore.</summary>
    public IEnumerable<(BudgetScope Scope, string Period, int Percent)> PassedShares()
    {
        var days = Ledger.Days.Keys.Select(day => (Payer: new Payer(""), Day: day));
        var ofKeys = Ledger.Keys.SelectMany(k => k.Value.Keys.Select(day => (Payer: new Payer("", k.Key), Day: day)));
        var limits = BatchIds.Select(b => (Scope: BudgetScope.Batch, Payer: new Payer(b), Day: default(DateOnly)))
            .Concat(days.Select(d => (Scope: BudgetScope.Day, d.Payer, d.Day)))
            .Concat(days.Select(d => (Scope: BudgetScope.Month, d.Payer, d.Day)))
            .Concat(ofKeys.Select(d => (Scope: BudgetScope.KeyDay, d.Payer, d.Day)))
            .Concat(ofKeys.Select(d => (Scope: BudgetScope.KeyMonth, d.Payer, d.Day)));
        return (
            from it in limits
            let limit = Ledger.LimitOf(it.Scope, it.Payer, Options)
            where limit is not null
            from percent in new[] { 50, 80, 100 }
            where Ledger.Settled(it.Scope, it.Payer, it.Day) >= limit * percent / 100
            select (it.Scope, SpendScopes.PeriodOf(it.Scope, it.Payer, it.Day), percent)).Distinct();
    }

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            while (_living.Count < 3)
            {
                _living.Add(new Process(this));
            }

            Step(_living[_random.Next(_living.Count)]);
            Check();
        }
    }

    /// <summary>Everything under way ends, everybody reports; then the batches are closed by one who knows the outcomes.</summary>
    public void Finish()
    {
        foreach (var call in _calls.Where(c => c.State == State.Open && _living.Contains(c.Owner)))
        {
            call.State = State.Settled;
            call.Reservation!.Settle(CostOf(call));
        }

        _calm = true;
        for (var i = 0; i < 3; i++)
        {
            foreach (var process in _living)
            {
                Commit(process, false);
                Report(process, false);
            }

            _time.Advance(TimeSpan.FromSeconds(2));
        }

        _time.Advance(TimeSpan.FromSeconds(20));
        Recover(null);
        Check();
        foreach (var batch in BatchIds)
        {
            Assert.Equal(0, Ledger.Leased(BudgetScope.Batch, batch, default));
            var closed = SpendArithmetic.Close(Ledger, batch, true, o => _costs[batch][o.Item], Options, _time.GetUtcNow());
            Ledger = closed!.Value.Ledger;
        }
    }

    private void Step(Process process)
    {
        switch (_random.Next(12))
        {
            case 0 or 1 or 2:
                Reserve(process);
                break;
            case 3 or 4:
                Commit(process, _crashes && _random.Next(40) == 0);
                break;
            case 5 or 6:
                Report(process, _crashes && _random.Next(40) == 0);
                break;
            case 7 or 8 or 9:
                End(process);
                break;
            case 10 when _crashes && _random.Next(4) == 0:
                Recover(process);
                break;
            case 11 when _crashes && _random.Next(15) == 0:
                Die(process);
                break;
            default:
                _time.Advance(TimeSpan.FromSeconds(_random.NextDouble() * (_crashes ? 3 : 1)));
                break;
        }
    }

    private void Reserve(Process process)
    {
        var batch = BatchIds[_random.Next(2)];
        var item = (ulong)(_random.Next(1, 200) + (batch == "a" ? 0 : 1_000));
        if (_done[batch].Contains(item)
            || _calls.Any(c => c.Batch == batch && c.Item == item && c.State is State.Open or State.Waiting && !c.Owner.IsDead))
        {
            return;
        }

        _costs[batch].TryAdd(item, Amount(0, 2));
        var worst = _costs[batch][item] + Amount(0, 2);
        var day = SpendScopes.DayOf(_time.GetUtcNow());
        var payer = new Payer(batch, _keys[batch]);
        var waiter = process.Book.Reserve(payer, item, worst);
        if (waiter is null)
        {
            process.NewBook();
            waiter = process.Book.Reserve(payer, item, worst)!;
        }

        _calls.Add(new Call(process, batch, item, day, waiter));
    }

    private void Commit(Process process, bool dies)
    {
        var (sheet, waiters) = process.Book.BeginCommit();
        if (_sheets[process.Book.Id].Sheet.Closed || !_sheets.ContainsKey(process.Book.Id))
        {
            process.Book.End(new SpendAnswer.Busy(default), null, waiters);
        }
        else if (dies)
        {
            _sheets[process.Book.Id] = (_random.Next(2) == 0 ? sheet : _sheets[process.Book.Id].Sheet, process);
            Die(process);
            return;
        }
        else if (!_calm && _random.Next(8) == 0)
        {
            // The answer to the write is lost: it may have come through or not.
            _sheets[process.Book.Id] = (_random.Next(2) == 0 ? sheet : _sheets[process.Book.Id].Sheet, process);
            process.Book.FailCommit(waiters);
            process.WasInterrupted |= GiveUpOne(process);
            return;
        }
        else
        {
            _sheets[process.Book.Id] = (sheet, process);
            process.Book.EndCommit(sheet, waiters);
        }

        Hear(process);
    }

    private void Report(Process process, bool dies)
    {
        if (process.Book.IsOver)
        {
            return;
        }

        var report = process.Book.Report(TimeSpan.FromSeconds(10));
        var (next, verdict) = SpendArithmetic.Report(Ledger, report, Options, _time.GetUtcNow());
        if (verdict.Holder is null)
        {
            process.Book.End(new SpendAnswer.Busy(default), null, []);
        }
        else
        {
            var fate = _calm ? 2 : _random.Next(8);
            Ledger = fate == 0 ? Ledger : next; // 0: not written; 1: written, and the answer lost.
            if (fate != 0)
            {
                Alerts.AddRange(verdict.Alerts);
                Refused.UnionWith(
                    from it in report.Leases.Zip(verdict.Margins, (lease, margin) => (lease, margin))
                    where it.margin.Scope is not null && it.lease.Cheapest > it.margin.AtBest
                    let scope = it.margin.Scope!.Value
                    select (scope, SpendScopes.PeriodOf(scope, it.lease.Payer, it.lease.Day)));
            }

            if (dies)
            {
                Die(process);
                return;
            }

            if (fate > 1)
            {
                process.Book.Apply(report, verdict, _ => WhenSpent.Stop);
            }
        }

        Hear(process);
    }

    private void End(Process process)
    {
        var open = _calls.Where(c => c.Owner == process && c.State == State.Open).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var call = open[_random.Next(open.Count)];
        switch (_random.Next(6))
        {
            case 0:
                call.State = State.Lost;
                call.Reservation!.Lost();
                break;
            case 1:
                call.State = State.Released;
                call.Reservation!.Release();
                break;
            default:
                call.State = State.Settled;
                _done[call.Batch].Add(call.Item);
                call.Reservation!.Settle(CostOf(call));
                break;
        }
    }

    private bool GiveUpOne(Process process)
    {
        var waiting = _calls.FirstOrDefault(c => c.Owner == process && c.State == State.Waiting && !c.Waiter.Answer.IsCompleted);
        if (waiting is not null)
        {
            process.Book.GiveUp(waiting.Waiter, new SpendAnswer.Busy(default));
        }

        Hear(process);
        return waiting is not null;
    }

    private void Recover(Process? by)
    {
        foreach (
            var id in Ledger.Holders.Where(h => h.Value.Expires < _time.GetUtcNow() && h.Key != by?.Book.Id).Select(h => h.Key).ToList())
        {
            var (sheet, owner) = _sheets[id];
            owner.WasInterrupted = true;
            _sheets[id] = (sheet with { Closed = true }, owner);
            if (_random.Next(4) == 0 && by is not null)
            {
                continue; // Died between closing the sheet and writing the ledger; somebody else goes on.
            }

            (Ledger, var alerts) = SpendArithmetic.Recover(Ledger, id, sheet, Options, _time.GetUtcNow());
            Alerts.AddRange(alerts);
            Recoveries++;
        }
    }

    private void Die(Process process)
    {
        (process.IsDead, process.WasInterrupted) = (true, true);
        _living.Remove(process);
        Hear(process);
    }

    private void Hear(Process process)
    {
        foreach (var call in _calls.Where(c => c.Owner == process && c.State == State.Waiting && c.Waiter.Answer.IsCompleted))
        {
            call.State = State.Released;
            if (call.Waiter.Answer.Result is SpendAnswer.Granted granted)
            {
                (call.State, call.Reservation) = (State.Open, granted.Reservation);
            }

            SpentAnswers += call.Waiter.Answer.Result is SpendAnswer.Spent ? 1 : 0;
            SpentByKeys += call.Waiter.Answer.Result is SpendAnswer.Spent { Scope: BudgetScope.KeyDay or BudgetScope.KeyMonth } ? 1 : 0;
        }
    }

    private void Check()
    {
        foreach (var batch in BatchIds)
        {
            Within(BudgetScope.Batch, batch, default, c => c.Batch == batch);
        }

        foreach (var day in _calls.Select(c => c.Day).Distinct())
        {
            Within(BudgetScope.Day, "", day, c => c.Day == day);
            Within(BudgetScope.Month, "", day, c => c.Day.Month == day.Month);
            foreach (var key in Keys)
            {
                Within(BudgetScope.KeyDay, new Payer("", key), day, c => c.Day == day && _keys[c.Batch] == key);
                Within(BudgetScope.KeyMonth, new Payer("", key), day, c => c.Day.Month == day.Month && _keys[c.Batch] == key);
            }
        }

        void Within(BudgetScope scope, Payer payer, DateOnly day, Func<Call, bool> which)
        {
            if (Ledger.LimitOf(scope, payer, Options) is { } limit)
            {
                var booked = Ledger.Settled(scope, payer, day) + Ledger.Orphaned(scope, payer, day) + Ledger.Leased(scope, payer, day);
                Assert.True(booked <= limit, $"{scope}: {booked} of {limit} is booked.");
                Assert.True(Truth(which) <= booked, $"{scope}: {Truth(which)} is spent, {booked} is booked.");
            }
        }
    }

    private decimal CostOf(Call call) => _costs[call.Batch][call.Item];

    private decimal Amount(int from, int to) => _random.Next(from * 100, to * 100) / 100m;

    internal enum State
    {
        Waiting,
        Open,
        Settled,
        Released,
        Lost,
    }

    internal sealed record Call(Process Owner, string Batch, ulong Item, DateOnly Day, SpendWaiter Waiter)
    {
        public State State { get; set; }

        public Reservation? Reservation { get; set; }
    }

    internal sealed class Process
    {
        private readonly SpendModel _model;
        private readonly Lock _gate = new();
        private readonly KnownCosts _known;

        public Process(SpendModel model)
        {
            (_model, _known) = (model, new KnownCosts(model._time));
            NewBook();
        }

        public SpendBook Book { get; private set; } = null!;

        public bool IsDead { get; set; }

        public bool WasInterrupted { get; set; }

        public void NewBook()
        {
            Book = new SpendBook($"p{_model._names++}", _known, _gate, _model._time, NullLogger.Instance);
            _model._sheets[Book.Id] = (SpendSheet.Empty, this);
        }
    }
}
