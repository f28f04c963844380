using Azure;
using Drover.Images;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.Uploads;

/// <summary>Creates the container that images are dropped in when the host starts; who has no use for images may forbid it.</summary>
internal sealed class ImageContainerPreparation(ImageBlobs blobs, ILogger<ImageContainerPreparation> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await blobs.Container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e)
        {
            UploadLog.ContainerNotCreated(logger, ImageBlobs.Images, e.Status, e.ErrorCode);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
