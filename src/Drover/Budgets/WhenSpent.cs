using System.Text.Json.Serialization;

namespace Drover.Budgets;

/// <summary>What a batch does once a budget of a day or month is spent. In JSON and settings: <c>stop</c>, <c>wait</c>.</summary>
/// <remarks>A batch whose own budget is spent always stops: no later day brings it another.</remarks>
[JsonConverter(typeof(JsonStringEnumConverter<WhenSpent>))]
public enum WhenSpent
{
    /// <summary>It ends as stopped, and goes on when it is started again under a higher limit.</summary>
    [JsonStringEnumMemberName("stop")]
    Stop,

    /// <summary>It sleeps until the next day or month.</summary>
    [JsonStringEnumMemberName("wait")]
    Wait,
}
