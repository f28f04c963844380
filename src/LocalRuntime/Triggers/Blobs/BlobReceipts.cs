using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Drover.LocalRuntime;

/// <summary>Remembers, beside the blobs, which versions each function was made due for. Names as the Functions host gives them.</summary>
internal sealed class BlobReceipts(BlobServiceClient service, string hostId)
{
    private const int LongestName = 1024;
    private readonly BlobContainerClient _container = service.GetBlobContainerClient("azure-webjobs-hosts");

    public async Task<bool> ExistsAsync(BlobTriggerMessage due, CancellationToken cancellation) =>
        await _container.GetBlobClient(Name(due)).ExistsAsync(cancellation).ConfigureAwait(false);

    public async Task AddAsync(BlobTriggerMessage due, CancellationToken cancellation)
    {
        var completed = new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["Completed"] = "true" } };
        var receipt = _container.GetBlobClient(Name(due));
        try
        {
            await receipt.UploadAsync(BinaryData.FromString(""), completed, cancellation).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await _container.CreateIfNotExistsAsync(cancellationToken: cancellation).ConfigureAwait(false);
            await receipt.UploadAsync(BinaryData.FromString(""), completed, cancellation).ConfigureAwait(false);
        }
    }

    private string Name(BlobTriggerMessage due)
    {
        var folder = $"blobreceipts/{hostId}/{due.FunctionId}/{due.ETag}/";
        var blob = $"{due.ContainerName}/{due.BlobName}";
        return folder.Length + blob.Length <= LongestName
            ? folder + blob
            : folder + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(blob)));
    }
}
