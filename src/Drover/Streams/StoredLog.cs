using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Streams;

/// <summary>What storage has of a stream.</summary>
/// <param name="Text">The log so far; empty when there is none.</param>
/// <param name="IsReleased">Whether its writer has let it go unfinished.</param>
/// <param name="Quiet">How long ago it was appended to, by the storage's own clock.</param>
internal sealed record StoredLog(ReadOnlyMemory<byte> Text, bool IsReleased, TimeSpan Quiet)
{
    public static async Task<StoredLog> FindAsync(AppendBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobDownloadResult> answer = await blob.DownloadContentAsync(cancellationToken);
            var details = answer.Value.Details;
            var now = answer.GetRawResponse().Headers.Date ?? details.LastModified;
            return new StoredLog(
                answer.Value.Content.ToMemory(), details.Metadata.ContainsKey(LogWriter.ReleasedKey), now - details.LastModified);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return new StoredLog(default, false, TimeSpan.Zero);
        }
    }
}
