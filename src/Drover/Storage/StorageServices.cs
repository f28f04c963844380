using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Drover.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Storage;

/// <summary>Registers the container, its preparation and the queues.</summary>
internal static class StorageServices
{
    /// <exception cref="DroverSettingsException">The connection string or the address is none.</exception>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        var container = ContainerOf(options);
        return services.AddSingleton(options)
            .AddSingleton(_ => new ContainerLayout(container))
            .AddSingleton(_ => QueuesOf(options))
            .AddHostedService<ContainerPreparation>();
    }

    private static BlobContainerClient ContainerOf(StorageOptions storage)
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 3;
        options.Retry.Delay = TimeSpan.FromMilliseconds(400);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        try
        {
            var service = storage.BlobServiceUri.Length > 0
                ? new BlobServiceClient(new Uri(storage.BlobServiceUri), new DefaultAzureCredential(), options)
                : new BlobServiceClient(storage.ConnectionString, options);
            return service.GetBlobContainerClient(storage.Container);
        }
        catch (FormatException)
        {
            throw new DroverSettingsException([storage.BlobServiceUri.Length > 0
                ? $"AzureWebJobsStorage__blobServiceUri is '{storage.BlobServiceUri}'; it must be an address such as https://ACCOUNT.blob.core.windows.net."
                : "AzureWebJobsStorage is not a storage connection string; it must be one, or UseDevelopmentStorage=true."]);
        }
    }

    // The account whose queues trigger functions.
    private static QueueServiceClient QueuesOf(StorageOptions storage)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        return storage.QueueServiceUri.Length > 0
            ? new QueueServiceClient(new Uri(storage.QueueServiceUri), new DefaultAzureCredential(), options)
            : new QueueServiceClient(storage.QueueConnection, options);
    }
}
