using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Drover.Access;
using Drover.Batches;
using Drover.Budgets;
using Drover.Calls;
using Drover.Estimates;
using Drover.Files;
using Drover.Images;
using Drover.Intake;
using Drover.Models;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Questions;
using Drover.Recipes;
using Drover.Retries;
using Drover.Shards;
using Drover.Stages;
using Drover.Storage;
using Drover.Streams;
using Drover.Throttling;
using Drover.Tickets;
using Drover.Uploads;
using Drover.Upstreams;
using Drover.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drover;

/// <summary>Registers the domain; both hosts call this and nothing else.</summary>
public static class DroverServices
{
    /// <summary>Registers everything that functions ask for.</summary>
    /// <exception cref="DroverSettingsException">The settings of the storage are of no use.</exception>
    public static IServiceCollection AddDrover(this IServiceCollection services, DroverSettings settings)
    {
        var container = ContainerOf(settings.Storage);
        services.AddSingleton(settings.Upstream).AddSingleton(settings.Batches).AddSingleton(settings.Storage)
            .AddSingleton(settings.Budgets);
        services.AddSingleton(settings.Models).AddSingleton<ModelSelector>().AddSingleton<Estimator>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Random.Shared);
        services.AddSingleton(provider => UpstreamsOf(settings, provider));
        services.AddSingleton(provider => provider.GetRequiredService<UpstreamPool>().Default);
        services.AddSingleton(_ => new ContainerLayout(container));
        services.AddSingleton<WebhookSender>().AddSingleton<SpendLedger>();
        services.AddSingleton(settings.Recipes).AddSingleton(new Prompts(settings.Recipes.Prompts));
        services.AddSingleton<RecipeCatalogue>().AddSingleton<BatchStore>().AddSingleton<BatchOwnership>().AddSingleton<BatchIntake>()
            .AddSingleton<TokenSampler>().AddSingleton<Planner>().AddSingleton<LiveTallies>();
        services.AddHostedService<ContainerPreparation>(); // First: it says what is wrong with storage.
        services.AddImages(settings.Vision).AddUploads().AddSingleton<IRecipe, VisionRecipe>();
        services.AddSingleton(settings.Files).AddSingleton<FileStore>().AddSingleton<CreateClaims>();
        services.AddSingleton(new CallerKeys(settings.Keys)).AddSingleton(settings.Webhooks);
        services.AddSingleton(settings.Streams).AddSingleton<ChatSpending>().AddSingleton<PlainCaller>().AddSingleton<StreamHub>()
            .AddHostedService(provider => provider.GetRequiredService<StreamHub>());
        services.AddSingleton(_ => QueuesOf(settings.Storage)).AddSingleton<RetryQueue>().AddSingleton<RetryTickets>()
            .AddSingleton<RetryRunner>().AddSingleton<Reopener>();
        services.AddSingleton(settings.Cache).AddSingleton<AnswerCache>();
        services.AddSingleton<ShardRunner>().AddSingleton<Auditor>().AddSingleton<StageRunner>().AddSingleton<QuestionAnswerer>()
            .AddSingleton<OutcomeFiles>().AddSingleton<OutcomeFeed>();
        return services;
    }

    private static UpstreamPool UpstreamsOf(DroverSettings settings, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var logger = provider.GetRequiredService<ILogger<Upstream>>();
        var throttleLogger = provider.GetRequiredService<ILogger<Throttle>>();
        var container = provider.GetRequiredService<ContainerLayout>().Container;
        return new UpstreamPool(
            [.. settings.MoreUpstreams.Prepend(settings.Upstream).Select(options => new Upstream(
                options,
                new Throttle(options.Limits, time, new LimitsLedger(container, options.BaseUrl, time), throttleLogger),
                time,
                logger))],
            settings.Fallbacks);
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
