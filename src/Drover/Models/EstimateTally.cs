using Drover.Budgets;
using Drover.Inference;

namespace Drover.Models;

/// <summary>Adds up what items need of one model.</summary>
internal sealed class EstimateTally(string model, ModelCatalogue models)
{
    /// <summary>The latency of a model of which it is not known, in milliseconds.</summary>
    private const int UnknownLatencyMs = 2_000;

    private readonly ModelEntry? _entry = models.Find(model);
    private long _items;
    private long _input;
    private long _output;
    private long _mostOutput;
    private decimal _cost;
    private decimal _mostCost;

    /// <summary>The latencies of all items together.</summary>
    public TimeSpan Latency => TimeSpan.FromMilliseconds((double)_items * (_entry?.LatencyMs ?? UnknownLatencyMs));

    /// <summary>Adds an item.</summary>
    /// <param name="shape">Its request.</param>
    /// <param name="typicalAnswer">The tokens that one such answer has as a rule.</param>
    public void Add(in RequestShape shape, int typicalAnswer)
    {
        var most = shape.MostCompletionTokens ?? (long)(_entry?.MaxOutputTokens ?? 0) * shape.Answers;
        var expected = Math.Min((long)typicalAnswer * shape.Answers, most);
        _items++;
        _input += shape.PromptTokens;
        _output += expected;
        _mostOutput += most;
        _cost += _entry?.CostOf(new TokenUsage(shape.PromptTokens, expected, 0)) ?? 0;
        _mostCost += models.WorstCaseOf(model, shape) ?? 0;
    }

    public ModelEstimate Sum() => new(model, _items, _input, _output, _mostOutput, _cost, _mostCost);
}
