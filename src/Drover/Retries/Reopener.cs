using System.Text;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Json;
using Drover.Outcomes;
using Drover.Storage;
using Drover.Tickets;
using Microsoft.Extensions.Logging;

namespace Drover.Retries;

/// <summary>Takes back errors of a batch that has ended, so that its items have no outcome again and are run.</summary>
/// <remarks>
/// May be run again at any point, as long as no shard of the batch runs. A shard's errors are replaced in two steps, and the first one
/// writes down in the shard's ticket what the second one does.
/// </remarks>
public sealed class Reopener(
    ContainerLayout blobs, BatchStore store, RetryTickets tickets, BatchOptions options, TimeProvider time, ILogger<Reopener> logger)
{
    /// <summary>Takes errors back; results stay.</summary>
    /// <param name="batchId">The batch; nothing of it runs.</param>
    /// <param name="codes">Those with one of these codes: of <c>error</c>, of the upstream's error, or an HTTP status. None: all.</param>
    public async Task ReopenAsync(string batchId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var shards = new SortedSet<int>();
        foreach (var prefix in new[] { ContainerLayout.ErrorsPrefix(batchId), ContainerLayout.RetryTicketsPrefix(batchId) })
        {
            await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
            {
                if (blob.Properties.ContentLength > 0 && int.TryParse(Path.GetFileNameWithoutExtension(blob.Name), out var shard))
                {
                    shards.Add(shard);
                }
            }
        }

        var count = 0;
        foreach (var shard in shards)
        {
            count += await ReopenAsync(batchId, shard, codes, cancellationToken);
        }

        RetryLog.Reopened(logger, batchId, count);
        await store.ReopenAsync(batchId, time.GetUtcNow() + options.CompletionWindow, cancellationToken);
    }

    private async Task<int> ReopenAsync(string batchId, int shard, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var (ticket, tag, heldUntil) = await tickets.TakeBackAsync(batchId, shard, cancellationToken);
        if (heldUntil is not null)
        {
            throw new InvalidOperationException($"Shard {shard} of batch '{batchId}' is still being tried by way of the retry queue.");
        }

        var count = 0;
        if (ticket?.Remaining is null)
        {
            var lines = await blobs.Errors(batchId, shard).ReadOrNullAsync(cancellationToken);
            List<OutcomeLine> takenBack = [];
            List<string> remaining = [];
            foreach (var (_, line) in Lines.Of(lines?.ToMemory() ?? default))
            {
                var error = OutcomeLine.Read(line);
                if (codes.Count == 0 || error.Codes.Intersect(codes, StringComparer.OrdinalIgnoreCase).Any())
                {
                    takenBack.Add(error);
                }
                else
                {
                    remaining.Add(Encoding.UTF8.GetString(line.Span));
                }
            }

            if (takenBack.Count == 0)
            {
                return 0;
            }

            count = takenBack.Count;
            ticket = (ticket ?? new RetryTicket()).With(takenBack, remaining, time.GetUtcNow());
            tag = await WriteAsync(ticket);
        }

        // The shard's mark tells another length from now on: it is not settled.
        var errors = blobs.Errors(batchId, shard);
        await errors.CreateAsync(
            new AppendBlobCreateOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl" } }, cancellationToken);
        foreach (var line in ticket.Remaining!)
        {
            await errors.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(line + "\n")), cancellationToken: cancellationToken);
        }

        await WriteAsync(ticket with { Remaining = null });
        return count;

        async Task<Azure.ETag> WriteAsync(RetryTicket next) => await tickets.WriteAsync(batchId, shard, next, tag, cancellationToken)
            ?? throw new InvalidOperationException($"The ticket of shard {shard} of batch '{batchId}' was changed by another.");
    }
}
