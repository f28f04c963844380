using System.Globalization;

namespace Drover.Budgets;

/// <summary>Which sums of the ledger a limit covers.</summary>
internal static class SpendScopes
{
    /// <summary>Stands for no limit, in US dollars.</summary>
    public const decimal Unlimited = 1_000_000_000_000m;

    public static IReadOnlyList<BudgetScope> All { get; } = [BudgetScope.Batch, BudgetScope.Day, BudgetScope.Month];

    public static decimal? LimitOf(this SpendDocument ledger, BudgetScope scope, string batch, BudgetOptions options) => scope switch
    {
        BudgetScope.Batch => ledger.Batches.GetValueOrDefault(batch)?.Limit ?? options.PerBatch,
        BudgetScope.Day => options.PerDay,
        _ => options.PerMonth,
    };

    public static decimal Settled(this SpendDocument ledger, BudgetScope scope, string batch, DateOnly day) => scope switch
    {
        BudgetScope.Batch => ledger.Batches.GetValueOrDefault(batch)?.Settled ?? 0,
        BudgetScope.Day => ledger.Days.GetValueOrDefault(day),
        _ => ledger.Days.Where(d => IsSameMonth(d.Key, day)).Sum(d => d.Value),
    };

    public static decimal Orphaned(this SpendDocument ledger, BudgetScope scope, string batch, DateOnly day) =>
        ledger.Orphans.Where(o => Covers(scope, batch, day, o.Batch, o.Day)).Sum(o => o.Usd);

    public static decimal Leased(this SpendDocument ledger, BudgetScope scope, string batch, DateOnly day) =>
        ledger.Holders.Values.SelectMany(h => h.Leases).Where(l => Covers(scope, batch, day, l.Batch, l.Day)).Sum(l => l.Amount);

    /// <summary>The day, month or batch that a limit is for, as alerts and displays name it.</summary>
    public static string PeriodOf(BudgetScope scope, string batch, DateOnly day) => scope switch
    {
        BudgetScope.Batch => batch,
        BudgetScope.Day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => day.ToString("yyyy-MM", CultureInfo.InvariantCulture),
    };

    /// <summary>When the day or month is over; null for a batch.</summary>
    public static DateTimeOffset? EndOf(BudgetScope scope, DateOnly day) => scope switch
    {
        BudgetScope.Batch => null,
        BudgetScope.Day => new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero),
        _ => new DateTimeOffset(new DateOnly(day.Year, day.Month, 1).AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero),
    };

    public static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    private static bool Covers(BudgetScope scope, string batch, DateOnly day, string otherBatch, DateOnly otherDay) => scope switch
    {
        BudgetScope.Batch => batch == otherBatch,
        BudgetScope.Day => day == otherDay,
        _ => IsSameMonth(day, otherDay),
    };

    private static bool IsSameMonth(DateOnly a, DateOnly b) => (a.Year, a.Month) == (b.Year, b.Month);
}
