namespace Drover.Simulator.Counting;

/// <summary>The running bill of one model. Not thread-safe.</summary>
internal sealed class ModelTotals
{
    private long _picodollars;

    public long Processed { get; private set; }

    public long PromptTokens { get; private set; }

    public long CompletionTokens { get; private set; }

    public decimal CostUsd => _picodollars / 1_000_000_000_000m;

    public void Add(int promptTokens, int completionTokens, long picodollars)
    {
        Processed++;
        PromptTokens += promptTokens;
        CompletionTokens += completionTokens;
        _picodollars += picodollars;
    }

    public ModelStats ToStats() => new(Processed, PromptTokens, CompletionTokens, CostUsd);
}
