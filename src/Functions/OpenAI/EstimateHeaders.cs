using System.Globalization;
using Drover.Estimates;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>The estimate of a new batch, asked for and told by headers, which every SDK can send and show.</summary>
internal static class EstimateHeaders
{
    private const string Name = "x-drover-estimate";

    /// <summary>Whether a request asks for it.</summary>
    /// <exception cref="OpenAiException">The header is neither true nor false.</exception>
    public static bool IsAsked(HttpRequest request) => request.Headers[Name].ToString() switch
    {
        "true" => true,
        "" or "false" => false,
        var other => throw OpenAiException.InvalidValue(Name, other, "true", "false"),
    };

    /// <summary>Tells it: costs in US dollars, <c>most</c> is what cannot be passed.</summary>
    public static void Write(IHeaderDictionary headers, Estimate estimate)
    {
        void Add(string what, IFormattable? value) =>
            headers[$"{Name}-{what}"] = value?.ToString(null, CultureInfo.InvariantCulture) ?? "unknown";

        Add("items", estimate.Items);
        Add("bad-lines", estimate.BadLines);
        Add("input-tokens", estimate.Total.InputTokens);
        Add("output-tokens", estimate.Total.OutputTokens);
        Add("most-output-tokens", estimate.Total.MostOutputTokens);
        Add("cost-usd", estimate.Total.CostUsd);
        Add("most-cost-usd", estimate.Total.MostCostUsd);
        Add("seconds", Math.Ceiling(estimate.Time.Seconds));
        if (estimate.Budgets.Count > 0)
        {
            headers[$"{Name}-budgets"] = string.Join(", ", estimate.Budgets.Select(b => $"{b.Scope}={b.Verdict}"));
        }
    }
}
