namespace Drover.Budgets;

/// <summary>The worst case of one call, reserved. Exactly one of its three methods is to be called, whatever happens.</summary>
public sealed class Reservation
{
    /// <summary>The call was answered and cost that much, in US dollars.</summary>
    public void Settle(decimal costUsd)
    {
        _ = costUsd;
    }

    /// <summary>The call is known to have cost nothing: not sent, or refused (4xx, 429, 5xx).</summary>
    public void Release()
    {
    }

    /// <summary>
    /// The call was sent and no answer came: it may have cost. It stays reserved until the item's next call settles, which
    /// then settles this one at the same cost (the same request), or until the batch is closed.
    /// </summary>
    public void Lost()
    {
    }
}
