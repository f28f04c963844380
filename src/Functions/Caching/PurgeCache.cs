using Drover.Calls;

namespace Drover.Functions.Caching;

/// <summary>Timer, once an hour: removes kept answers that have expired.</summary>
public sealed class PurgeCache(AnswerCache cache)
{
    [Function(nameof(PurgeCache))]
    public Task RunAsync([TimerTrigger("0 37 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        cache.PurgeAsync(cancellationToken);
}
