using Drover.Batches;
using Drover.Outcomes;
using Drover.Upstreams;

namespace Drover.Tickets;

/// <summary>The items of a shard that keep failing for passing reasons, and whose turn it is to try them.</summary>
/// <remarks>
/// It says who runs the shard, not what is done: that stays with the outcomes. With a <see cref="Ticket"/> it is the retry queue's,
/// and the message with that ticket may try it; without one it is the shard's orchestration's.
/// </remarks>
internal sealed record RetryTicket
{
    /// <summary>What the message must bear that may try the ticket; null: the queue does not have it.</summary>
    public string? Ticket { get; init; }

    /// <summary>Which try by way of the queue comes next, from 1.</summary>
    public int Round { get; init; }

    /// <summary>The item of the shard that the try begins with: where the one before was cut short.</summary>
    public int From { get; init; }

    /// <summary>When the message becomes visible; of a claimed ticket, until when the claim holds.</summary>
    public DateTimeOffset Due { get; init; }

    /// <summary>The message, by its id, with which somebody tries the ticket now.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>The shard's outcomes that the batch was told of.</summary>
    public Tally Counted { get; init; } = Tally.Zero;

    /// <summary>The items without an outcome, and how each has failed so far.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Attempt>> Items { get; init; } = new Dictionary<string, IReadOnlyList<Attempt>>();

    /// <summary>
    /// What was paid for items whose outcome was an error that was taken back: it is added to what their next outcome cost.
    /// </summary>
    public IReadOnlyDictionary<string, Tally> Paid { get; init; } = new Dictionary<string, Tally>();

    /// <summary>While errors are being taken back: the lines that are to remain. Null: none are.</summary>
    public IReadOnlyList<string>? Remaining { get; init; }

    /// <summary>The ticket of what a pass has left.</summary>
    /// <param name="open">The items without an outcome.</param>
    /// <param name="failed">Those of them that the pass tried, and how they failed.</param>
    /// <param name="counted">The shard's outcomes.</param>
    /// <param name="now">When the pass ended.</param>
    public RetryTicket After(
        IReadOnlyList<string> open, IReadOnlyList<(string Id, CallResult Failure)> failed, Tally counted, DateTimeOffset now)
    {
        var items = open.ToDictionary(id => id, id => Items.GetValueOrDefault(id) ?? []);
        foreach (var (id, failure) in failed)
        {
            items[id] = AttemptHistory.With(items[id], failure, now);
        }

        var paid = Paid.ToDictionary();
        foreach (var (id, failure) in failed.Where(f => f.Failure.IsPaid))
        {
            paid[id] = paid.GetValueOrDefault(id, Tally.Zero) + (Tally.Zero with { Usage = failure.Usage, CostUsd = failure.CostUsd ?? 0 });
        }

        return this with { Items = items, Paid = paid, Counted = counted };
    }

    /// <summary>The ticket with errors taken back.</summary>
    public RetryTicket With(IReadOnlyList<OutcomeLine> takenBack, IReadOnlyList<string> remaining, DateTimeOffset now)
    {
        var (items, paid) = (Items.ToDictionary(), Paid.ToDictionary());
        foreach (var error in takenBack)
        {
            items[error.ItemId] = AttemptHistory.Of(error, now);
            paid[error.ItemId] = error.Paid;
        }

        return this with { Items = items, Paid = paid, Remaining = remaining };
    }

    /// <summary>The ticket given back to the shard's orchestration.</summary>
    public RetryTicket GivenBack() => this with { Ticket = null, ClaimedBy = null, Round = 0, From = 0 };
}
