using System.Text.Json.Serialization;

namespace Drover.Budgets;

/// <summary>What a limit of money is for. In JSON: <c>batch</c>, <c>day</c>, <c>month</c>, <c>key_day</c>, <c>key_month</c>.</summary>
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

    /// <summary>A day, UTC, over all that one caller's key pays for.</summary>
    [JsonStringEnumMemberName("key_day")]
    KeyDay,

    /// <summary>A calendar month, UTC, over all that one caller's key pays for.</summary>
    [JsonStringEnumMemberName("key_month")]
    KeyMonth,
}
