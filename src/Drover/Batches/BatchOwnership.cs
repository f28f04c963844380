using System.Text;
using Drover.Storage;

namespace Drover.Batches;

/// <summary>
/// Who runs a batch, where several keep a history of orchestrations each and share one storage: it is run by the one that began
/// it, or two would pay for the same calls.
/// </summary>
public sealed class BatchOwnership(ContainerLayout blobs, BatchOptions options)
{
    /// <summary>Makes this one the batch's holder, unless another is.</summary>
    /// <param name="takeOver">Whether to take it from another.</param>
    /// <exception cref="BatchRefusedException">Another holds it.</exception>
    public async Task ClaimAsync(string batchId, bool takeOver, CancellationToken cancellationToken)
    {
        if (options.Holder.Length == 0
            || await blobs.Holder(batchId).WriteAsync(Encoding.UTF8.GetBytes(options.Holder), onlyIfAbsent: !takeOver, cancellationToken))
        {
            return;
        }

        if ((await blobs.Holder(batchId).ReadOrNullAsync(cancellationToken))?.ToString() is { } holder && holder != options.Holder)
        {
            throw new BatchRefusedException(
                409,
                [$"Batch '{batchId}' was begun by {holder} and has not ended: it goes on there. If that one is gone for good, take it over (--take-over, or 'take_over')."]);
        }
    }
}
