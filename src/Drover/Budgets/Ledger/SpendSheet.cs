using System.Text.Json.Serialization;

namespace Drover.Budgets.Ledger;

/// <summary>What one process has reserved and settled: its own blob, written whole by every group commit.</summary>
/// <param name="Closed">Somebody took the process for dead: the sheet is final, and its owner's next write is refused.</param>
/// <param name="LostCount">The number of the last lost call.</param>
/// <param name="Accounts">One per lease.</param>
internal sealed record SpendSheet(bool Closed, long LostCount, IReadOnlyList<SheetAccount> Accounts)
{
    public static SpendSheet Empty { get; } = new(false, 0, []);
}

/// <param name="Number">The lease's number.</param>
/// <param name="Settled">What the calls under this lease have cost, from its beginning on.</param>
/// <param name="Open">The calls that were, or are to be, sent.</param>
/// <param name="Lost">The calls whose answer was lost, as far as the ledger does not have them.</param>
internal sealed record SheetAccount(long Number, decimal Settled, IReadOnlyList<SheetCall> Open, IReadOnlyList<SheetCall> Lost);

/// <param name="Number">The call's number within the sheet.</param>
/// <param name="Item">The item, as <see cref="SpendItem"/> numbers it.</param>
/// <param name="Usd">The worst case.</param>
/// <param name="LostNumber">For a lost call: how manieth it is of the sheet; otherwise 0.</param>
internal readonly record struct SheetCall(
    [property: JsonPropertyName("n")] long Number,
    [property: JsonPropertyName("i")] ulong Item,
    [property: JsonPropertyName("u")] decimal Usd,
    [property: JsonPropertyName("l"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long LostNumber = 0);
