using Azure.Storage.Blobs;
using Drover.Images;
using Drover.Uploads;

namespace Drover.Functions.Uploads;

/// <summary>Blob <c>images/{name}</c>: notes the image and sees to it that somebody gathers.</summary>
/// <remarks>
/// Event Grid tells of it on Azure, where the Flex Consumption plan knows no other way; the local runtime lists the container.
/// </remarks>
public sealed class ImageUploaded(UploadedImages uploads)
{
    [Function(nameof(ImageUploaded))]
    public async Task RunAsync(
        [BlobTrigger(ImageBlobs.Images + "/{name}", Source = BlobTriggerSource.EventGrid)] BlobClient image,
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
