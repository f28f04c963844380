using Azure;
using Drover.Images;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.Uploads;

/// <summary>Creates the container that images are dropped in when the host starts; who has no use for images may forbid it.</summary>
internal sealed partial class ImageContainerPreparation(ImageBlobs blobs, ILogger<ImageContainerPreparation> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await blobs.Container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e)
        {
            NotCreated(logger, ImageBlobs.Images, e.Status, e.ErrorCode);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(402, LogLevel.Warning, "The container '{Container}' cannot be created ({Status} {Code}): uploaded images are analysed once somebody creates it.")]
    private static partial void NotCreated(ILogger logger, string container, int status, string? code);
}
