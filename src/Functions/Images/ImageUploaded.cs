using Azure.Storage.Blobs;
using Drover.Vision;

namespace Drover.Functions.Images;

/// <summary>Blob <c>images/{name}</c>: notes the image and sees to it that somebody gathers.</summary>
public sealed class ImageUploaded(UploadedImages uploads)
{
    [Function(nameof(ImageUploaded))]
    public async Task RunAsync(
        [BlobTrigger(ImageBlobs.Images + "/{name}")] BlobClient image,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (await uploads.AddAsync(name, cancellationToken))
        {
            await ImageGathering.EnsureAsync(client, cancellationToken);
        }
    }
}
