using Microsoft.Extensions.DependencyInjection;

namespace Drover.Budgets;

/// <summary>Registers what keeps spending within budgets.</summary>
internal static class BudgetServices
{
    public static IServiceCollection AddBudgets(this IServiceCollection services, BudgetOptions options) =>
        services.AddSingleton(options).AddSingleton<SpendLedger>();
}
