using System.Text.RegularExpressions;

namespace Drover.Budgets;

/// <summary>Prices by model name. Section <c>Drover:Prices</c>: <c>Drover:Prices:gpt-4o-mini:Input</c> = 0.15 and so on.</summary>
/// <remarks>
/// A dated name falls back to its family (<c>gpt-4o-mini-2024-07-18</c> is priced as <c>gpt-4o-mini</c>), and a name behind
/// a vendor's to the name alone (<c>openai/gpt-4o-mini</c>). A model without
/// a price costs null, which is written as null: nobody should take an unknown cost for zero.
/// </remarks>
public sealed partial class PriceList
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
        if (string.IsNullOrEmpty(model))
        {
            return null;
        }

        var name = model[(model.LastIndexOf('/') + 1)..];
        var price = _prices.GetValueOrDefault(model) ?? _prices.GetValueOrDefault(name);
        while (price is null && PartOfDate().Match(name) is { Success: true, Index: var end })
        {
            name = name[..end];
            price = _prices.GetValueOrDefault(name);
        }

        return price;
    }

    [GeneratedRegex(@"-(\d{2}|\d{4}|\d{8})\z")]
    private static partial Regex PartOfDate();
}
