using System.Collections.Concurrent;
using Drover.Batches;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>
/// Says whether this process calls anything for a batch: one goes on only with the upstream that it began with, and where one batch is
/// named alone (<see cref="BatchOptions.Only"/>) the others wait.
/// </summary>
/// <remarks>A batch that is being closed calls nothing, so it goes on anywhere.</remarks>
public sealed class BatchAdmission(
    BatchStore store, ShardClaims claims, UpstreamOptions upstream, BatchOptions options, TimeProvider time, ILogger<BatchAdmission> logger)
{
    /// <summary>How long a shard of a batch that is not run here sleeps; whoever starts the batch wakes it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, string> _deferred = new(StringComparer.Ordinal);

    /// <summary>When to come back to a batch that is not run here.</summary>
    public DateTimeOffset ComeBackAt => time.GetUtcNow() + Pause;

    /// <summary>Why nothing is called here for a batch, as found when it was last to run; null: it may run.</summary>
    public string? Deferred(string batchId) => _deferred.GetValueOrDefault(batchId);

    /// <summary>Why nothing is called here for a batch, or a stage of one; null: it may run.</summary>
    public async Task<string?> RefusalAsync(string batchId, CancellationToken cancellationToken)
    {
        batchId = BatchSpec.RootOf(batchId);
        var reason = options.Only.Length > 0 && options.Only != batchId
            ? $"this process runs '{options.Only}' alone."
            : await ForeignAsync(batchId, cancellationToken);
        if (reason is null || await store.ClosingAsync(batchId, cancellationToken) is not null)
        {
            _deferred.TryRemove(batchId, out _);
            return null;
        }

        if (_deferred.TryAdd(batchId, reason))
        {
            ShardLog.NotAdmitted(logger, batchId, reason);
        }

        return reason;
    }

    /// <summary>The result of a pass over a shard that is not run here: nothing is done, come back later; null: it may run.</summary>
    public async Task<PassResult?> DeferAsync(string batchId, int shard, int from, CancellationToken cancellationToken) =>
        await RefusalAsync(batchId, cancellationToken) is null
            ? null
            : new PassResult(
                false, await claims.ReadTallyAsync(batchId, shard, cancellationToken), 0, ComeBackAt, IsWholePass: false, from, null);

    /// <summary>Checks that a batch that is to start or go on belongs to the upstream of now.</summary>
    /// <param name="move">Make it belong there.</param>
    /// <exception cref="BatchRefusedException">It belongs to another.</exception>
    public async Task CheckAsync(string batchId, bool move, CancellationToken cancellationToken)
    {
        if (move && await store.FindAsync(batchId, cancellationToken) is { } spec && spec.Upstream != upstream.Place)
        {
            await store.MoveAsync(batchId, upstream.Place, upstream.Simulated, cancellationToken);
        }
        else if (await ForeignAsync(batchId, cancellationToken) is { } reason
            && await store.ClosingAsync(batchId, cancellationToken) is null)
        {
            throw new BatchRefusedException(409, [$"Batch '{batchId}' does not go on here: {reason}"]);
        }

        _deferred.TryRemove(batchId, out _);
    }

    private async Task<string?> ForeignAsync(string batchId, CancellationToken cancellationToken) =>
        await store.FindAsync(batchId, cancellationToken) is { Upstream: { } home } && home != upstream.Place
            ? $"it began with {Words(home)}, and calls go to {Words(upstream.Place)} now. Set that one again (OPENAI_BASE_URL, the key, --simulator), or say that it is to go on here (--move-upstream, or 'move_upstream'): the outcomes that it has are kept."
            : null;

    private static string Words(string place) =>
        place == UpstreamOptions.Simulator ? "the simulator, whose answers are made up" : place;
}
