namespace Drover.Budgets;

/// <summary>Prices by model name. Section <c>Drover:Prices</c>: <c>Drover:Prices:gpt-4o-mini:Input</c> = 0.15 and so on.</summary>
/// <remarks>
/// A dated name falls back to its family: <c>gpt-4o-mini-2024-07-18</c> is priced as <c>gpt-4o-mini</c>. A model without
/// a price costs null, which is written as null: nobody should take an unknown cost for zero.
/// </remarks>
public sealed class PriceList
{
    private readonly Dictionary<string, ModelPrice> _prices = new(StringComparer.OrdinalIgnoreCase);

    public PriceList(IEnumerable<KeyValuePair<string, ModelPrice>> prices)
    {
        foreach (var (model, price) in prices)
        {
            _prices[model] = price;
        }
    }

    /// <summary>The cost of a call in US dollars, or null when the model has no price.</summary>
    public decimal? CostOf(string? model, TokenUsage usage) => Find(model)?.CostOf(usage);

    private ModelPrice? Find(string? model)
    {
        for (var name = model; !string.IsNullOrEmpty(name);)
        {
            if (_prices.TryGetValue(name, out var price))
            {
                return price;
            }

            var dash = name.LastIndexOf('-');
            name = dash > 0 && char.IsAsciiDigit(name[dash + 1 < name.Length ? dash + 1 : dash]) ? name[..dash] : null;
        }

        return null;
    }
}
