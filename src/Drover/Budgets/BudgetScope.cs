using System.Text.Json.Serialization;

namespace Drover.Budgets;

/// <summary>What a limit of money is for. In JSON: <c>batch</c>, <c>day</c>, <c>month</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetScope>))]
public enum BudgetScope
{
    /// <summary>One batch, over all its runs.</summary>
    [JsonStringEnumMemberName("batch")]
    Batch,

    /// <summary>A day, UTC, over all batches.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>A calendar month, UTC, over all batches.</summary>
    [JsonStringEnumMemberName("month")]
    Month,
}
