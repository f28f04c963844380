namespace Drover.Budgets.Alerts;

/// <summary>
/// What the webhook gets: <c>{"type":"budget.alert","timestamp":"…","data":{"scope":"day","period":"2030-01-31","percent":80,…}}</c>.
/// </summary>
internal sealed record AlertMessage(string Type, DateTimeOffset Timestamp, AlertMessage.Details Data)
{
    public static AlertMessage Of(SpendAlert alert) =>
        new("budget.alert", alert.At, new Details(alert.Scope, alert.Period, alert.Percent, alert.LimitUsd, alert.SettledUsd));

    internal sealed record Details(BudgetScope Scope, string Period, int Percent, decimal LimitUsd, decimal SettledUsd);
}
