using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Storage;
using Drover.Throttling;

namespace Drover.Tickets;

/// <summary>The tickets in storage: who may run a shard is decided by conditional writes of its ticket.</summary>
public sealed class RetryTickets(ContainerLayout blobs, RetryQueue queue, BatchOptions options, TimeProvider time)
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>How long after it was due a ticket is taken to have lost its message.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    internal async Task<(RetryTicket Ticket, ETag Tag)?> FindAsync(string batchId, int shard, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult found = await blobs.RetryTicket(batchId, shard).DownloadContentAsync(cancellationToken);
            return (JsonSerializer.Deserialize(found.Content.ToMemory().Span, TicketJson.Default.RetryTicket)!, found.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Takes a shard's ticket away from the queue, for the shard's orchestration.</summary>
    /// <returns>The ticket and its tag, if there is one; and until when somebody else tries it, if so.</returns>
    internal async Task<(RetryTicket? Ticket, ETag? Tag, DateTimeOffset? HeldUntil)> TakeBackAsync(
        string batchId, int shard, CancellationToken cancellationToken)
    {
        if (await FindAsync(batchId, shard, cancellationToken) is not var (ticket, tag))
        {
            return default;
        }

        var now = time.GetUtcNow();
        if (ticket.ClaimedBy is not null && ticket.Due > now)
        {
            return (ticket, tag, ticket.Due);
        }

        return ticket.Ticket is null
            ? (ticket, tag, null)
            : await WriteAsync(batchId, shard, ticket = ticket.GivenBack(), tag, cancellationToken) is { } written
                ? (ticket, written, null)
                : (ticket, null, now + ShortWait);
    }

    /// <summary>Writes the ticket where it is as it was read, or not there.</summary>
    /// <returns>Its tag; null: it is not.</returns>
    internal async Task<ETag?> WriteAsync(string batchId, int shard, RetryTicket ticket, ETag? tag, CancellationToken cancellationToken)
    {
        try
        {
            BlobContentInfo written = await blobs.RetryTicket(batchId, shard).UploadAsync(
                new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(ticket, TicketJson.Default.RetryTicket)),
                new BlobUploadOptions
                {
                    Conditions = tag is null
                        ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                        : new BlobRequestConditions { IfMatch = tag },
                    Metadata = TicketMark.Of(ticket),
                },
                cancellationToken);
            return written.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Gives the ticket to the queue, to be tried when it is due; after the last round, to the queue of dead letters.</summary>
    /// <returns>False: it is not as it was read.</returns>
    internal async Task<bool> QueueAsync(string batchId, int shard, RetryTicket ticket, ETag? tag, CancellationToken cancellationToken)
    {
        ticket = ticket with { Ticket = Guid.NewGuid().ToString("N"), ClaimedBy = null };
        if (await WriteAsync(batchId, shard, ticket, tag, cancellationToken) is null)
        {
            return false;
        }

        await SendAsync(batchId, shard, ticket, cancellationToken);
        return true;
    }

    /// <summary>When a ticket is due whose round begins now.</summary>
    internal DateTimeOffset DueOf(int round, DateTimeOffset expiresAt)
    {
        var now = time.GetUtcNow();
        var due = now + Backoff.Ceiling(round, options.FirstRetry, options.LongestRetry);
        return due > expiresAt && now < expiresAt ? expiresAt : due; // What expires does so in time.
    }

    internal Task DeleteAsync(string batchId, int shard, CancellationToken cancellationToken) =>
        blobs.RetryTicket(batchId, shard).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>The tickets that the queue has.</summary>
    internal async IAsyncEnumerable<(int Shard, TicketMark Mark)> ListAsync(
        string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (
            var blob in blobs.Container.GetBlobsAsync(
                BlobTraits.Metadata, BlobStates.None, ContainerLayout.RetryTicketsPrefix(batchId), cancellationToken))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(blob.Name), out var shard) && TicketMark.Read(blob.Metadata) is { } mark)
            {
                yield return (shard, mark);
            }
        }
    }

    /// <summary>
    /// Sends a ticket's message again: it was due long ago, so the queue seems to have lost it. If it has not, the second finds nothing to
    /// do.
    /// </summary>
    internal async Task SendAgainAsync(string batchId, int shard, CancellationToken cancellationToken)
    {
        if (await FindAsync(batchId, shard, cancellationToken) is ({ Ticket: not null } ticket, _))
        {
            await SendAsync(batchId, shard, ticket, cancellationToken);
        }
    }

    private Task SendAsync(string batchId, int shard, RetryTicket ticket, CancellationToken cancellationToken) =>
        queue.SendAsync(
            queue.MessageFor(batchId, shard, ticket), isPoison: ticket.Round > options.MaxRetries, ticket.Due, cancellationToken);
}
