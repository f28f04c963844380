using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Storage;

namespace Drover.Files;

/// <summary>Gives a batch that is to be created its id, the same one when an SDK tries the same creation again.</summary>
/// <remarks>
/// SDKs try again when an answer was lost and send no idempotency key. The id is written down before anything else is done, so
/// that the repetition finds it, wherever the first try came to its end, and completes the same batch.
/// </remarks>
public sealed class CreateClaims(ContainerLayout blobs, TimeProvider time)
{
    private const string Prefix = "creates/";

    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(10);

    /// <summary>The id for a creation.</summary>
    /// <param name="asked">All that is asked for, as one text.</param>
    /// <param name="isRepetition">Whether the client says that it has tried before.</param>
    public async Task<string> ClaimAsync(string asked, bool isRepetition, CancellationToken cancellationToken)
    {
        var blob = blobs.ByName($"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)))}");
        if (isRepetition)
        {
            try
            {
                BlobDownloadResult claim = await blob.DownloadContentAsync(cancellationToken);
                if (time.GetUtcNow() - claim.Details.LastModified < Validity)
                {
                    return claim.Content.ToString();
                }
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                // The first try never got here.
            }
        }

        var id = $"batch_{Guid.CreateVersion7(time.GetUtcNow()):N}";
        await blob.WriteAsync(Encoding.ASCII.GetBytes(id), cancellationToken: cancellationToken);
        return id;
    }

    /// <summary>Removes what is no longer valid.</summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await foreach (var claim in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix, cancellationToken))
        {
            if (time.GetUtcNow() - claim.Properties.LastModified > 2 * Validity)
            {
                await blobs.Container.DeleteBlobIfExistsAsync(claim.Name, cancellationToken: cancellationToken);
            }
        }
    }
}
