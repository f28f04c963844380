namespace Drover.Budgets;

/// <summary>Prices that are known without configuration, in US dollars per million tokens. Check them: prices change.</summary>
internal static class DefaultPrices
{
    public static IReadOnlyDictionary<string, ModelPrice> All { get; } = new Dictionary<string, ModelPrice>(StringComparer.OrdinalIgnoreCase)
    {
        ["gpt-4.1"] = new() { Input = 2m, Output = 8m, CachedInput = 0.5m },
        ["gpt-4.1-mini"] = new() { Input = 0.4m, Output = 1.6m, CachedInput = 0.1m },
        ["gpt-4o"] = new() { Input = 2.5m, Output = 10m, CachedInput = 1.25m },
        ["gpt-4o-mini"] = new() { Input = 0.15m, Output = 0.6m, CachedInput = 0.075m },
        ["claude-sonnet-4.5"] = new() { Input = 3m, Output = 15m },
        ["deepseek-v3.2"] = new() { Input = 0.08m, Output = 0.42m },
        ["gemini-2.5-flash"] = new() { Input = 0.10m, Output = 2.50m },
    };
}
