using Drover.OpenAI;
using Drover.Outcomes;

namespace Drover.Stages;

/// <summary>What the requests for one item of a staged batch have taken together.</summary>
/// <param name="LatencyMs">The sum of their latencies; those of one stage ran side by side.</param>
/// <param name="CostUsd">US dollars; null when the price of one is not known.</param>
internal sealed record StepSpending(int Attempts, double LatencyMs, decimal? CostUsd, TokenUsage Usage)
{
    public static StepSpending None { get; } = new(0, 0, 0, default);

    /// <summary>What one step took.</summary>
    public static StepSpending Of(OutcomeLine step) =>
        new(step.Attempts, step.Call.Latency.TotalMilliseconds, step.Call.CostUsd, step.Call.Usage);

    public static StepSpending operator +(StepSpending a, StepSpending b) =>
        new(a.Attempts + b.Attempts, a.LatencyMs + b.LatencyMs, a.CostUsd + b.CostUsd, a.Usage + b.Usage);
}
