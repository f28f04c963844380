using Drover.OpenAI;
using Drover.Recipes;
using Drover.Tokens;

namespace Drover.Planning;

/// <summary>Some lines of an input, spread over all of it, and what the rule for tokens and the tokenizer make of their requests.</summary>
/// <remarks>
/// The input is thought cut into 200 stretches of the same length, and of each the first item behind a drawn place is taken, and the very
/// first of all; the draws are the same each time, so planning again brings the same ratio. It takes some seconds at the most: of a text
/// 8,192 characters are counted, and of all texts 4 million.
/// </remarks>
/// <param name="recipe">What writes the requests for sources; null: there are none.</param>
/// <param name="length">The length of the input, in bytes.</param>
internal sealed class TokenSample(IRecipe? recipe, long length)
{
    private const int Stretches = 200;
    private const int LongestCounted = 8_192;
    private const long MostCounted = 4_000_000;
    private const double Least = 0.5;
    private const double Most = 3;

    private readonly Random _draws = new(1); // The sequence of a seed is the same everywhere.
    private readonly Dictionary<TokenEncoding, TokenCounter> _counters = [];
    private int _stretch;
    private double _place;
    private long _byRule;
    private long _counted;

    /// <summary>How many tokens there are to one of the rule's, rounded up and within bounds; null: nothing was counted.</summary>
    public double? Ratio => _byRule == 0 ? null : Math.Clamp(Math.Ceiling(1_000d * _counted / _byRule) / 1_000, Least, Most);

    /// <summary>Whether the item at an offset is one of the sample; each offset is asked once, in their order.</summary>
    public bool Wants(long offset)
    {
        if (offset < _place || _counters.Values.Sum(c => c.Counted) > MostCounted)
        {
            return false;
        }

        while (_stretch < Stretches && _place <= offset)
        {
            _stretch++;
            _place = _stretch == Stretches ? double.MaxValue : length * (_stretch + _draws.NextDouble()) / Stretches;
        }

        return true;
    }

    /// <summary>Takes an item into account.</summary>
    public async ValueTask AddAsync(Item item, string? model)
    {
        if (item.IsSource && (recipe is null || model is null))
        {
            return;
        }

        var encoding = TokenCounter.EncodingOf(model);
        if (!_counters.TryGetValue(encoding, out var counter))
        {
            counter = _counters[encoding] = new TokenCounter(encoding, LongestCounted);
        }

        var source = item.IsSource ? Source.Read(item.Body) : null;
        _byRule += (await ShapeAsync(null)).PromptTokens;
        _counted += (await ShapeAsync(counter)).PromptTokens;

        async ValueTask<RequestShape> ShapeAsync(TokenCounter? by) => source is null
            ? RequestShape.Read(item.Url!, item.Body.Span, by)
            : await recipe!.ShapeOfAsync(source, model!, by);
    }
}
