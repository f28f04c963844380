using System.Text.Json;
using Drover.Json;
using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary>
/// What was said with a model about one source: as a rule one request and one reply, and more where its recipe asks to go on.
/// </summary>
/// <param name="body">The first request.</param>
/// <param name="recipe">Reads the replies.</param>
/// <param name="repair">What to say to a reply that will not do, once; null: such a reply is the end.</param>
internal sealed class Conversation(Source source, ReadOnlyMemory<byte> body, IRecipe recipe, Func<Source, string, string>? repair)
{
    private readonly List<string> _replies = [];
    private CallResult? _last;
    private bool _repaired;
    private TokenUsage _usage;
    private bool _isUsageKnown = true;
    private decimal? _cost = 0;
    private TimeSpan _latency;

    /// <summary>The request to make next.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; } = body;

    /// <summary>How many replies there are.</summary>
    public int Replies => _replies.Count;

    /// <summary>What the recipe makes of the replies so far; null before the first one.</summary>
    public Reading? Reading { get; private set; }

    /// <summary>Takes an answer in.</summary>
    /// <returns>Whether there is more to be asked: <see cref="Body"/>.</returns>
    public bool Take(CallResult answer)
    {
        if (answer.Outcome != Outcome.Result)
        {
            return false;
        }

        _last = answer;
        _usage += answer.Usage;
        _isUsageKnown &= answer.IsUsageKnown;
        _cost += answer.CostUsd;
        _latency += answer.Latency;
        using var document = JsonDocument.Parse(answer.Body);
        var choice = ReplyText.FirstChoice(document.RootElement);
        var end = ReplyEnd.Of(choice, answer.Usage);
        if (ReplyText.OfChoice(choice) is not { } reply || string.IsNullOrWhiteSpace(JsonReply.WithoutThoughts(reply)))
        {
            Reading = end.Explain(new Reading(null, "The reply holds no text."), "");
            return false;
        }

        _replies.Add(reply);
        Reading = end.Explain(recipe.Read(source, _replies), reply);
        if (end.IsFinal)
        {
            return false;
        }

        if ((Reading.Ask ?? RepairOf(Reading)) is not { } ask)
        {
            return false;
        }

        Body = RequestBody.WithMessages(Body, ("assistant", reply), ("user", ask));
        return true;
    }

    /// <summary>The last reply with what all of them took; what the source is left with if there was none.</summary>
    public CallResult Sum(CallResult left) =>
        _last is null ? left : _last with { Usage = _usage, IsUsageKnown = _isUsageKnown, CostUsd = _cost, Latency = _latency };

    private string? RepairOf(Reading reading)
    {
        if (reading.Fault is null || repair is null || _repaired)
        {
            return null;
        }

        _repaired = true;
        return repair(source, reading.Fault);
    }
}
