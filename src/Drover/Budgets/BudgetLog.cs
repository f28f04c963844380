using Microsoft.Extensions.Logging;

namespace Drover.Budgets;

/// <summary>What budgets log.</summary>
internal static partial class BudgetLog
{
    [LoggerMessage(1301, LogLevel.Warning, "Budget of {Scope} {Period}: {Percent} % is spent ({SettledUsd} of {LimitUsd} USD).")]
    public static partial void Alert(ILogger logger, BudgetScope scope, string period, int percent, decimal settledUsd, decimal limitUsd);

    [LoggerMessage(1302, LogLevel.Warning, "The spend ledger cannot be reached ({Error}); nothing more is launched under a budget.")]
    public static partial void StorageAway(ILogger logger, string error);

    [LoggerMessage(1303, LogLevel.Information,
        "The leases of a process that ended without giving them back are free again; {Count} of its calls may have cost.")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(1304, LogLevel.Warning, "This process was taken for dead by another one; what it has reserved begins anew.")]
    public static partial void TakenForDead(ILogger logger);

    [LoggerMessage(1305, LogLevel.Warning,
        "A call may have cost {WorstCaseUsd} USD at most, and cost {CostUsd} USD: check the model's prices and limits.")]
    public static partial void AboveWorstCase(ILogger logger, decimal worstCaseUsd, decimal costUsd);

    [LoggerMessage(1306, LogLevel.Warning, "The alert {Id} was not delivered; it will be sent again.")]
    public static partial void AlertNotDelivered(ILogger logger, string id);
}
