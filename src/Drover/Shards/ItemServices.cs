using Drover.Calls;
using Drover.Models;
using Drover.Recipes;

namespace Drover.Shards;

/// <summary>What the items of all shards share in this process.</summary>
public sealed class ItemServices(
    RecipeCatalogue recipes, ModelSelector selector, ModelCaller caller, AnswerCache cache, CarriedOutcomes carried)
{
    private const int MostAhead = 32;

    internal RecipeCatalogue Recipes => recipes;

    internal ModelSelector Selector => selector;

    internal ModelCaller Caller => caller;

    internal AnswerCache Cache => cache;

    internal CarriedOutcomes Carried => carried;

    /// <summary>
    /// Requests that take time to write (images) are written ahead of their permit; over all shards so many, which bounds memory.
    /// </summary>
    internal SemaphoreSlim Ahead { get; } = new(MostAhead);

    /// <summary>The conversations that a pass left in the middle.</summary>
    internal Conversations Conversations { get; } = new();
}
