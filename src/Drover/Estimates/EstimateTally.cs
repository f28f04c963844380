using Drover.Models;
using Drover.OpenAI;

namespace Drover.Estimates;

/// <summary>Adds up what items need of one model.</summary>
internal sealed class EstimateTally(string model, ModelCatalogue models)
{
    /// <summary>The latency of a model of which it is not known, in milliseconds.</summary>
    private const int UnknownLatencyMs = 2_000;

    private readonly ModelEntry? _entry = models.Find(model);
    private long _items;
    private long _counted;
    private long _countedByRule;
    private long _byRule;
    private long _output;
    private long _mostOutput;
    private decimal _mostCost;

    /// <summary>The latencies of all items together.</summary>
    public TimeSpan Latency => TimeSpan.FromMilliseconds((double)_items * (_entry?.LatencyMs ?? UnknownLatencyMs));

    /// <summary>Adds an item.</summary>
    /// <param name="counted">The prompt's tokens, where they were counted.</param>
    /// <param name="typicalAnswer">The tokens that one such answer has as a rule.</param>
    public void Add(in RequestShape shape, long? counted, int typicalAnswer)
    {
        var most = shape.MostCompletionTokens ?? (long)(_entry?.MaxOutputTokens ?? 0) * shape.Answers;
        var expected = Math.Min((long)typicalAnswer * shape.Answers, most);
        _items++;
        _counted += counted ?? 0;
        _countedByRule += counted is null ? 0 : shape.PromptTokens;
        _byRule += counted is null ? shape.PromptTokens : 0;
        _output += expected;
        _mostOutput += most;
        _mostCost += models.WorstCaseOf(model, shape) ?? 0;
    }

    public ModelEstimate Sum()
    {
        // What was not counted is out by as much as what was.
        var input = _counted + (_countedByRule == 0 ? _byRule : (long)Math.Ceiling((double)_byRule * _counted / _countedByRule));
        return new(
            model, _items, input, _output, _mostOutput,
            _entry?.CostOf(new TokenUsage(input, _output, 0)), _entry is null ? null : _mostCost);
    }
}
