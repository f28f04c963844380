using Drover.Budgets.Ledger;

namespace Drover.Budgets;

/// <summary>The worst case of one call, reserved. One of its three methods is to be called, whatever happens; the first counts.</summary>
public sealed class Reservation
{
    private readonly SpendBook _book;
    private int _ended;

    internal Reservation(SpendBook book, SpendAccount account, SheetCall call) => (_book, Account, Call) = (book, account, call);

    internal SpendAccount Account { get; }

    internal SheetCall Call { get; }

    /// <summary>The call was answered and cost that much, in US dollars.</summary>
    public void Settle(decimal costUsd)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(costUsd);
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _book.Settle(this, costUsd);
        }
    }

    /// <summary>The call is known to have cost nothing: not sent, or refused (4xx, 429, 5xx).</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _book.Release(this);
        }
    }

    /// <summary>
    /// The call was sent and no answer came: it may have cost. It stays reserved until the item's next call settles, which
    /// then settles this one at the same cost (the same request), or until the batch is closed.
    /// </summary>
    public void Lost()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _book.Lose(this);
        }
    }
}
