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
using Drover.Settings;
using Drover.Shards;
using Drover.Stages;
using Drover.Storage;
using Drover.Streams;
using Drover.Tickets;
using Drover.Uploads;
using Drover.Upstreams;
using Drover.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Drover;

/// <summary>Registers the domain; both hosts call this and nothing else.</summary>
public static class DroverServices
{
    /// <summary>Registers everything that functions ask for, floor by floor.</summary>
    /// <exception cref="DroverSettingsException">The settings of the storage are of no use.</exception>
    public static IServiceCollection AddDrover(this IServiceCollection services, DroverSettings settings) =>
        services.AddSingleton(TimeProvider.System)
            .AddSingleton(Random.Shared)
            .AddStorage(settings.Storage) // The first that a host starts: it says what is wrong with storage.
            .AddAccess(settings.Keys, settings.Budgets.Admins, settings.Web)
            .AddWebhooks(settings.Webhooks)
            .AddBudgets(settings.Budgets)
            .AddImages(settings.Vision)
            .AddModels(settings.Models)
            .AddUpstreams(settings.Upstream, settings.MoreUpstreams, settings.Fallbacks)
            .AddBatches(settings.Batches)
            .AddRecipes(settings.Recipes)
            .AddCalls(settings.Cache)
            .AddOutcomes()
            .AddPlanning()
            .AddTickets()
            .AddFiles(settings.Files)
            .AddStreams(settings.Streams)
            .AddShards()
            .AddQuestions()
            .AddRetries()
            .AddStages()
            .AddIntake()
            .AddUploads()
            .AddEstimates();
}
