using Drover.Budgets.Alerts;
using Drover.Budgets.Ledger;
using Microsoft.Extensions.Logging;

namespace Drover.Budgets;

/// <summary>
/// All that one process has leased, reserved, settled and lost under one sheet. In memory; it writes nothing itself.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The order that everything rests on: a call is in the written sheet before it is granted; a cost is in the written sheet before
/// it is reported to the ledger; what is given back is out of use before the ledger hears of it. Longer than most: all of it is one state
/// under one gate.
/// </remarks>
/// <param name="id">The id of the sheet.</param>
/// <param name="known">What calls cost lately; shared by all books of the process, and guarded by <paramref name="gate"/>.</param>
/// <param name="gate">Guards this book and <paramref name="known"/>.</param>
/// <param name="logger">Hears of calls that cost more than they could.</param>
internal sealed class SpendBook(string id, KnownCosts known, Lock gate, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<(Payer Payer, DateOnly Day), SpendAccount> _accounts = [];
    private readonly HashSet<string> _draining = [];
    private List<SpendWaiter> _uncommitted = [];
    private Dictionary<long, decimal> _exposed = [];
    private long _accountCount;
    private long _callCount;
    private long _lostCount;
    private long _durableLostCount;
    private bool _registered;

    public string Id => id;

    /// <summary>Whether the book takes no more reservations: it was left, or its process was taken for dead.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether the sheet is not as the book is.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Set when somebody waits for the sheet to be written.</summary>
    public Signal Urgent { get; } = new();

    /// <summary>Set when calls wait for money, or soon will.</summary>
    public Signal Short { get; } = new();

    /// <summary>Whether calls wait for money.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (gate)
            {
                return _accounts.Values.Any(a => a.Waiting.Count > 0);
            }
        }
    }

    /// <summary>Whether there is nothing to report.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return _accounts.Count == 0;
            }
        }
    }

    /// <summary>Asks for a reservation; null when the book is over.</summary>
    public SpendWaiter? Reserve(Payer payer, ulong item, decimal usd)
    {
        lock (gate)
        {
            if (IsOver)
            {
                return null;
            }

            var key = (payer, SpendScopes.DayOf(time.GetUtcNow()));
            if (!_accounts.TryGetValue(key, out var account))
            {
                _accounts.Add(key, account = new SpendAccount(++_accountCount, payer, key.Item2));
            }

            _draining.Remove(payer.Batch);
            var waiter = new SpendWaiter(item, usd);
            account.Waiting.AddLast(waiter);
            Serve(account);
            if (IsShort(account))
            {
                Short.Set();
            }

            return waiter;
        }
    }

    /// <summary>Answers a waiter that is not answered yet, and takes back what it has.</summary>
    public void GiveUp(SpendWaiter waiter, SpendAnswer answer)
    {
        lock (gate)
        {
            if (!waiter.TryAnswer(answer))
            {
                return;
            }

            foreach (var account in _accounts.Values)
            {
                account.Waiting.Remove(waiter);
            }
        }

        waiter.Reservation?.Release();
    }

    public void Settle(Reservation reservation, decimal cost)
    {
        if (cost > reservation.Call.Usd)
        {
            BudgetLog.AboveWorstCase(logger, reservation.Call.Usd, cost);
        }

        End(reservation, account => account.Settled += cost, cost);
    }

    public void Release(Reservation reservation) => End(reservation, _ => { }, 0);

    public void Lose(Reservation reservation) =>
        End(reservation, account => account.Lose(reservation.Call with { LostNumber = ++_lostCount }), null);

    /// <summary>From now on nothing is kept ready for the batch.</summary>
    public void Drain(string batch)
    {
        lock (gate)
        {
            _draining.Add(batch);
            Short.Set();
        }
    }

    /// <summary>What is to be written now, and who waits for that. At most one commit may be under way.</summary>
    public (SpendSheet Sheet, IReadOnlyList<SpendWaiter> Waiters) BeginCommit()
    {
        lock (gate)
        {
            var sheet = new SpendSheet(
                false, _lostCount,
                [.. _accounts.Values.Select(a => new SheetAccount(a.Number, a.Settled, [.. a.Open.Values], [.. a.Lost]))]);
            var waiters = _uncommitted;
            (_uncommitted, IsDirty) = ([], false);
            _exposed = _accounts.Values.ToDictionary(a => a.Number, a => a.BeginCommit());
            return (sheet, waiters);
        }
    }

    /// <summary>The sheet is written.</summary>
    public void EndCommit(SpendSheet sheet, IReadOnlyList<SpendWaiter> waiters)
    {
        lock (gate)
        {
            _durableLostCount = sheet.LostCount;
            foreach (var written in sheet.Accounts)
            {
                if (_accounts.Values.FirstOrDefault(a => a.Number == written.Number) is { } account)
                {
                    account.EndCommit(_exposed[written.Number], written.Settled);
                }
            }
        }

        foreach (var waiter in waiters)
        {
            waiter.TryAnswer(new SpendAnswer.Granted(waiter.Reservation!));
        }
    }

    /// <summary>The sheet could not be written, or nobody knows whether it was.</summary>
    public void FailCommit(IReadOnlyList<SpendWaiter> waiters)
    {
        lock (gate)
        {
            _uncommitted.AddRange(waiters.Where(w => !w.Answer.IsCompleted));
            IsDirty = true;
        }
    }

    /// <summary>What to tell the ledger. At most one report may be under way.</summary>
    public SpendReport Report(TimeSpan lifetime)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            return new SpendReport(
                id,
                !_registered,
                now + lifetime,
                _durableLostCount,
                [.. _accounts.Values.Select(a => a.Report(_durableLostCount, _draining.Contains(a.Payer.Batch), now))],
                [.. _accounts.Values.SelectMany(
                    a => a.Lost.Where(l => l.LostNumber <= _durableLostCount).Select(l => new LostReport(a.Number, l)))],
                orphan =>
                {
                    lock (gate)
                    {
                        return known.Find(orphan);
                    }
                });
        }
    }

    /// <summary>Takes the ledger's answer.</summary>
    /// <param name="whenSpent">What a batch does when a day's or month's budget is spent.</param>
    /// <returns>Whether there is less money than would be good.</returns>
    public bool Apply(SpendReport report, SpendVerdict verdict, Func<string, WhenSpent> whenSpent)
    {
        lock (gate)
        {
            _registered = true;
            foreach (var (told, margin) in report.Leases.Zip(verdict.Margins))
            {
                var account = _accounts[(told.Payer, told.Day)];
                account.Authority = verdict.Holder!.Leases.Find(l => l.Number == told.Number)!.Amount;
                account.Reported = told.Settled;
                account.Lost.RemoveAll(l => l.LostNumber <= verdict.Holder.LostTaken);
                Serve(account);
                Refuse(account, margin, whenSpent(account.Payer.Batch));
                if (account.IsOver(time.GetUtcNow()))
                {
                    _accounts.Remove((told.Payer, told.Day));
                }
            }

            return _accounts.Values.Any(IsShort);
        }
    }

    /// <summary>Ends the book and gives its last sheet; null when it is to be empty for that, and is not.</summary>
    /// <remarks>No commit may be under way. Calls under way are the ledger's to settle then, or a later book's to tell.</remarks>
    public SpendSheet? Finish(bool onlyIfEmpty, SpendAnswer answer)
    {
        lock (gate)
        {
            if (onlyIfEmpty && _accounts.Count > 0)
            {
                return null;
            }

            foreach (var waiter in _uncommitted)
            {
                waiter.Reservation!.Account.End(waiter.Reservation.Call.Number); // Never granted, so never sent.
            }

            var (sheet, waiters) = BeginCommit();
            End(answer, null, waiters);
            return sheet;
        }
    }

    /// <summary>Ends the book, whatever is under way: its process was taken for dead, or it cannot go on.</summary>
    /// <param name="answer">What everybody who waits is told.</param>
    /// <param name="failure">Instead: why nothing can be granted.</param>
    /// <param name="waiters">Those whose commit was under way.</param>
    public void End(SpendAnswer answer, Exception? failure, IReadOnlyList<SpendWaiter> waiters)
    {
        List<SpendWaiter> all;
        lock (gate)
        {
            IsOver = true;
            all = [.. waiters, .. _uncommitted, .. _accounts.Values.SelectMany(a => a.Waiting)];
            _uncommitted = [];
            _accounts.Clear();
        }

        foreach (var waiter in all)
        {
            if (failure is not null)
            {
                waiter.Fail(failure);
            }
            else
            {
                waiter.TryAnswer(answer);
            }
        }
    }

    private static bool IsShort(SpendAccount account) => account.Waiting.Count > 0 || account.Free < account.Desired / 2;

    private void End(Reservation reservation, Action<SpendAccount> change, decimal? cost)
    {
        var (account, call) = (reservation.Account, reservation.Call);
        lock (gate)
        {
            if (cost > 0)
            {
                known.RememberItem(call.Item, cost.Value);
            }

            if (IsOver)
            {
                if (cost is not null)
                {
                    known.RememberCall(SpendArithmetic.CallId(id, call.Number), cost.Value);
                }

                return;
            }

            if (account.End(call.Number))
            {
                change(account);
                IsDirty = true;
                Serve(account);
            }
        }
    }

    private void Serve(SpendAccount account)
    {
        while (account.Waiting.First is { Value: var waiter } && waiter.Usd <= account.Free)
        {
            account.Waiting.RemoveFirst();
            var call = new SheetCall(++_callCount, waiter.Item, waiter.Usd);
            account.Reserve(call, time.GetUtcNow());
            waiter.Reservation = new Reservation(this, account, call);
            _uncommitted.Add(waiter);
            IsDirty = true;
            Urgent.Set();
        }
    }

    // A call that no limit will ever allow again is told so; it must not keep cheaper ones waiting either.
    private static void Refuse(SpendAccount account, SpendMargin margin, WhenSpent whenSpent)
    {
        for (var node = account.Waiting.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Usd > margin.AtBest && margin.Scope is { } scope)
            {
                account.Waiting.Remove(node);
                var anew = SpendScopes.EndOf(scope, account.Day);
                node.Value.TryAnswer(new SpendAnswer.Spent(
                    scope, margin.Limit, margin.Spent, node.Value.Usd, anew, anew is null ? WhenSpent.Stop : whenSpent));
            }

            node = next;
        }
    }
}
