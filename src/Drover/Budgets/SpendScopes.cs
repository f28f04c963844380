using System.Collections.Immutable;
using System.Globalization;
using Drover.Budgets.Ledger;

namespace Drover.Budgets;

/// <summary>Which sums of the ledger a limit covers.</summary>
internal static class SpendScopes
{
    /// <summary>Stands for no limit, in US dollars.</summary>
    public const decimal Unlimited = 1_000_000_000_000m;

    public static IReadOnlyList<BudgetScope> All { get; } =
        [BudgetScope.Batch, BudgetScope.Day, BudgetScope.Month, BudgetScope.KeyDay, BudgetScope.KeyMonth];

    /// <summary>Those that hold for a payer, whether they have a limit or not.</summary>
    public static IEnumerable<BudgetScope> Of(Payer payer) =>
        All.Where(s => payer.Key is not null || s is not (BudgetScope.KeyDay or BudgetScope.KeyMonth));

    public static decimal? LimitOf(this SpendDocument ledger, BudgetScope scope, Payer payer, BudgetOptions options) => scope switch
    {
        BudgetScope.Batch => payer.Batch == Payer.NoBatch ? null : ledger.Batches.GetValueOrDefault(payer.Batch)?.Limit ?? options.PerBatch,
        BudgetScope.Day => options.PerDay,
        BudgetScope.Month => options.PerMonth,
        BudgetScope.KeyDay => options.Of(payer.Key)?.PerDay,
        _ => options.Of(payer.Key)?.PerMonth,
    };

    public static decimal Settled(this SpendDocument ledger, BudgetScope scope, Payer payer, DateOnly day) => scope switch
    {
        BudgetScope.Batch => ledger.Batches.GetValueOrDefault(payer.Batch)?.Settled ?? 0,
        BudgetScope.Day => ledger.Days.GetValueOrDefault(day),
        BudgetScope.Month => ledger.Days.Where(d => IsSameMonth(d.Key, day)).Sum(d => d.Value),
        BudgetScope.KeyDay => ledger.DaysOf(payer.Key).GetValueOrDefault(day),
        _ => ledger.DaysOf(payer.Key).Where(d => IsSameMonth(d.Key, day)).Sum(d => d.Value),
    };

    public static decimal Orphaned(this SpendDocument ledger, BudgetScope scope, Payer payer, DateOnly day) =>
        ledger.Orphans.Where(o => Covers(scope, payer, day, o.Payer, o.Day)).Sum(o => o.Usd);

    public static decimal Leased(this SpendDocument ledger, BudgetScope scope, Payer payer, DateOnly day) =>
        ledger.Holders.Values.SelectMany(h => h.Leases).Where(l => Covers(scope, payer, day, l.Payer, l.Day)).Sum(l => l.Amount);

    /// <summary>The day, month or batch that a limit is for, as alerts and displays name it; behind a key's, its name.</summary>
    public static string PeriodOf(BudgetScope scope, Payer payer, DateOnly day) => scope switch
    {
        BudgetScope.Batch => payer.Batch,
        BudgetScope.Day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        BudgetScope.Month => day.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        BudgetScope.KeyDay => $"{PeriodOf(BudgetScope.Day, payer, day)}/{payer.Key}",
        _ => $"{PeriodOf(BudgetScope.Month, payer, day)}/{payer.Key}",
    };

    /// <summary>When the day or month is over; null for a batch.</summary>
    public static DateTimeOffset? EndOf(BudgetScope scope, DateOnly day) => scope switch
    {
        BudgetScope.Batch => null,
        BudgetScope.Day or BudgetScope.KeyDay => new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero),
        _ => new DateTimeOffset(new DateOnly(day.Year, day.Month, 1).AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero),
    };

    /// <summary>What a limit is for, in a sentence: the budget of the …</summary>
    public static string NameOf(BudgetScope scope) => scope switch
    {
        BudgetScope.KeyDay => "key for the day",
        BudgetScope.KeyMonth => "key for the month",
        _ => scope.ToString().ToLowerInvariant(),
    };

    public static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    public static ImmutableSortedDictionary<DateOnly, decimal> DaysOf(this SpendDocument ledger, string? key) =>
        key is null ? NoDays : ledger.Keys.GetValueOrDefault(key, NoDays);

    private static ImmutableSortedDictionary<DateOnly, decimal> NoDays => ImmutableSortedDictionary<DateOnly, decimal>.Empty;

    private static bool Covers(BudgetScope scope, Payer payer, DateOnly day, Payer other, DateOnly otherDay) => scope switch
    {
        BudgetScope.Batch => payer.Batch == other.Batch,
        BudgetScope.Day => day == otherDay,
        BudgetScope.Month => IsSameMonth(day, otherDay),
        BudgetScope.KeyDay => payer.Key == other.Key && day == otherDay,
        _ => payer.Key == other.Key && IsSameMonth(day, otherDay),
    };

    private static bool IsSameMonth(DateOnly a, DateOnly b) => (a.Year, a.Month) == (b.Year, b.Month);
}
