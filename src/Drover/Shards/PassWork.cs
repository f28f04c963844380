using Drover.Batches;
using Drover.Calls;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Tickets;
using Drover.Upstreams;

namespace Drover.Shards;

/// <summary>What the items of one pass share.</summary>
/// <param name="Spec">The batch.</param>
/// <param name="Pass">Which pass over the shard this is, from 1.</param>
/// <param name="Ticket">What is known of the items from earlier passes: how they failed, and what was paid for them.</param>
/// <param name="Services">What the items of all shards share.</param>
/// <param name="Terms">What holds for the calls.</param>
/// <param name="Writer">Takes the outcomes.</param>
/// <param name="Verdict">What the answers mean for the pass.</param>
internal sealed record PassWork(
    BatchSpec Spec,
    int Pass,
    RetryTicket? Ticket,
    ItemServices Services,
    CallTerms Terms,
    OutcomeWriter Writer,
    PassVerdict Verdict)
{
    /// <summary>What the batch does with sources.</summary>
    public IRecipe Recipe { get; } = Services.Recipes.Find(Spec.Recipe)
        ?? throw new BrokenBatchException(
            $"Batch '{Spec.Id}' asks for the recipe '{Spec.Recipe}'; there are {string.Join(", ", Services.Recipes.Names)}.");

    /// <summary>The conversation that an earlier pass left in the middle; null: there is none.</summary>
    public Conversation? ConversationOf(Item item) => item.IsSource ? Services.Conversations.Find(Spec.Id, item.Id) : null;

    /// <summary>What was paid for an item before.</summary>
    public Tally PaidFor(Item item) => Ticket?.Paid.GetValueOrDefault(item.Id) ?? Tally.Zero;

    /// <summary>How often the item has failed with that code in earlier passes.</summary>
    public int TimesBefore(Item item, string? code) =>
        Ticket?.Items.GetValueOrDefault(item.Id)?.Where(a => a.Code == code).Sum(a => a.Times) ?? 0;

    /// <summary>The outcome of an item that was called.</summary>
    public PendingOutcome OutcomeOf(Item item, Conversation? conversation, CallResult call, int attempts)
    {
        Services.Conversations.Forget(Spec.Id, item.Id);
        call = conversation?.Sum(call) ?? call;
        if (PaidFor(item) is var before && before != Tally.Zero)
        {
            call = call with { CostUsd = before.CostUsd + (call.CostUsd ?? 0), Usage = before.Usage + call.Usage };
        }

        var fault = conversation?.Reading is { Fault: { } why } reading ? new LineFault(reading.Code, why) : null;
        return PendingOutcome.Of(Spec.Id, item.Id, call, attempts, conversation?.Reading?.Data, fault);
    }
}
