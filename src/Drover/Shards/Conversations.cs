using Drover.Recipes;
using Microsoft.Extensions.Caching.Memory;

namespace Drover.Shards;

/// <summary>
/// Talks that a pass had to leave in the middle (the model was to be asked again and could not be), for the next pass in this process.
/// </summary>
/// <remarks>
/// They are rare. One that is forgotten, with its process or after an hour, begins anew, and its first reply is paid again.
/// </remarks>
internal sealed class Conversations : IDisposable
{
    private readonly MemoryCache _conversations = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public void Keep(string batchId, string itemId, Conversation conversation) =>
        _conversations.Set(
            (batchId, itemId), conversation, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });

    /// <summary>The conversation of an item; null: there is none.</summary>
    public Conversation? Find(string batchId, string itemId) => _conversations.Get<Conversation>((batchId, itemId));

    public void Forget(string batchId, string itemId) => _conversations.Remove((batchId, itemId));

    public void Dispose() => _conversations.Dispose();
}
