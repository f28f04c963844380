using Azure;
using Microsoft.Extensions.Hosting;

namespace Drover.Storage;

/// <summary>Creates the container when the host starts.</summary>
internal sealed class ContainerPreparation(ContainerLayout blobs) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await blobs.Container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            throw new StorageUnreachableException(blobs.Container.Uri, e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
