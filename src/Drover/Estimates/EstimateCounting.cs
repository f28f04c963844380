using Drover.OpenAI;
using Drover.Tokens;

namespace Drover.Estimates;

/// <summary>Says which requests of an input are counted exactly, so that a large one takes no more than some time.</summary>
/// <param name="mostCounted">So many characters are counted, one request after the other; then, as often as a tenth of them more is, half
/// as many requests.</param>
internal sealed class EstimateCounting(long mostCounted = 50_000_000)
{
    private readonly Dictionary<TokenEncoding, TokenCounter> _counters = [];
    private readonly long _more = mostCounted / 10;
    private long _until = mostCounted;
    private long _stride = 1;
    private long _requests;

    /// <summary>Whether there were requests that were not counted.</summary>
    public bool IsSampled { get; private set; }

    /// <summary>Whether the next request is counted.</summary>
    public bool Takes()
    {
        while (_counters.Values.Sum(c => c.Counted) >= _until)
        {
            _stride *= 2;
            _until += _more;
        }

        var isTaken = _requests++ % _stride == 0;
        IsSampled |= !isTaken;
        return isTaken;
    }

    /// <summary>The tokens of a request's prompt, by each encoding.</summary>
    public async ValueTask<IReadOnlyDictionary<TokenEncoding, long>> CountAsync(
        TokenEncoding[] encodings, Func<TokenCounter?, ValueTask<RequestShape>> shapeBy)
    {
        var counts = new Dictionary<TokenEncoding, long>();
        foreach (var encoding in encodings)
        {
            if (!_counters.TryGetValue(encoding, out var counter))
            {
                counter = _counters[encoding] = new TokenCounter(encoding);
            }

            counts[encoding] = (await shapeBy(counter)).PromptTokens;
        }

        return counts;
    }
}
