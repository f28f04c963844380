using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Drover.Budgets.Alerts;

namespace Drover.Budgets.Ledger;

/// <summary>The spend ledger: what all processes know of the money. One blob, changed by compare-and-swap.</summary>
/// <remarks>All sums are US dollars. Spent of a limit: settled and orphans. Reserved: orphans and leases.</remarks>
internal sealed record SpendDocument
{
    public static SpendDocument Empty { get; } = new();

    /// <summary>Names the write that left the document so: a writer whose answer was lost knows its own.</summary>
    public string Stamp { get; init; } = "";

    /// <summary>What each day's calls cost; a call belongs to the day on which it was reserved.</summary>
    public ImmutableSortedDictionary<DateOnly, decimal> Days { get; init; } = ImmutableSortedDictionary<DateOnly, decimal>.Empty;

    /// <summary>The same for each caller's key that paid.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<DateOnly, decimal>> Keys { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<DateOnly, decimal>>(StringComparer.Ordinal);

    /// <summary>The batches that are not closed.</summary>
    public ImmutableSortedDictionary<string, BatchSpending> Batches { get; init; } =
        ImmutableSortedDictionary.Create<string, BatchSpending>(StringComparer.Ordinal);

    /// <summary>The processes that hold leases, by the id of their sheet.</summary>
    public ImmutableSortedDictionary<string, SpendHolder> Holders { get; init; } =
        ImmutableSortedDictionary.Create<string, SpendHolder>(StringComparer.Ordinal);

    /// <summary>Calls that may have cost, and whose answer nobody will see any more.</summary>
    public ImmutableList<Orphan> Orphans { get; init; } = [];

    /// <summary>The highest alert of each scope and period.</summary>
    public ImmutableSortedDictionary<string, int> Alerts { get; init; } =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Alerts that the webhook has not taken yet.</summary>
    public ImmutableList<UnsentAlert> Unsent { get; init; } = [];
}

/// <summary>What a batch has cost, and its own rules.</summary>
/// <param name="Settled">What its calls cost.</param>
/// <param name="Limit">Its own limit; null: as the settings say.</param>
/// <param name="WhenSpent">Its own choice; null: as the settings say.</param>
/// <param name="Touched">The day of the last change: records that nobody closes go away in the end.</param>
internal sealed record BatchSpending(decimal Settled, decimal? Limit, WhenSpent? WhenSpent, DateOnly Touched);

/// <summary>A process with leases.</summary>
/// <param name="Expires">From then on it is taken for dead.</param>
/// <param name="LostTaken">The lost calls of its sheet up to this one are orphans already, or resolved.</param>
internal sealed record SpendHolder(DateTimeOffset Expires, long LostTaken, ImmutableList<SpendLease> Leases);

/// <summary>Leave to spend on one batch, on one day, without asking again.</summary>
/// <param name="Number">Its number within the holder's sheet; never used twice.</param>
/// <param name="Amount">What the holder may still spend, its calls under way and costs not yet reported among it.</param>
/// <param name="Reported">How much of the sheet's settled sum of this lease is in the ledger.</param>
/// <param name="Key">The caller's key that pays, if one does.</param>
internal sealed record SpendLease(long Number, string Batch, DateOnly Day, decimal Amount, decimal Reported, string? Key = null)
{
    [JsonIgnore]
    public Payer Payer => new(Batch, Key);
}

/// <summary>A call that may have cost up to <paramref name="Usd"/>.</summary>
/// <param name="Call">Sheet and number: no other call has them.</param>
/// <param name="Item">The item, as <see cref="SpendItem"/> numbers it.</param>
/// <param name="Usd">The worst case.</param>
/// <param name="Key">The caller's key that pays, if one does.</param>
internal sealed record Orphan(string Call, string Batch, DateOnly Day, ulong Item, decimal Usd, string? Key = null)
{
    [JsonIgnore]
    public Payer Payer => new(Batch, Key);
}

/// <summary>An alert on its way to the webhook.</summary>
internal sealed record UnsentAlert(string Id, SpendAlert Alert, int Tries, DateTimeOffset NextTry);
