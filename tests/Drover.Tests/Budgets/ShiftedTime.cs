namespace Drover.Tests.Budgets;

/// <summary>The system's clock, set forward: to it, other processes' leases have expired.</summary>
internal sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
