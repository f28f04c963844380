using Drover.Access;
using Drover.Batches;
using Drover.Budgets;
using Drover.Calls;
using Drover.Files;
using Drover.Images;
using Drover.Models;
using Drover.Recipes;
using Drover.Settings;
using Drover.Storage;
using Drover.Streams;
using Drover.Upstreams;
using Drover.Webhooks;
using Microsoft.Extensions.Configuration;

namespace Drover;

/// <summary>All settings: the configuration section <c>Drover</c>, read and checked at start.</summary>
public sealed class DroverSettings
{
    private static readonly string[] Sections =
        [
            "Upstream", "Upstreams", "Fallbacks", "Batches", "Storage", "Streams", "Models", "Budgets", "Files", "Keys", "Webhooks",
            "Vision", "Recipes", "Cache", "HostKey", "Web"
        ];

    public UpstreamOptions Upstream { get; } = new();

    /// <summary>Further upstreams, for fallbacks: <c>Drover:Upstreams:NAME</c>, with the settings of <c>Drover:Upstream</c>.</summary>
    public List<UpstreamOptions> MoreUpstreams { get; } = [];

    /// <summary>The chain of <c>Drover:Fallbacks</c>.</summary>
    public List<FallbackOptions> Fallbacks { get; } = [];

    public BatchOptions Batches { get; } = new();

    public StorageOptions Storage { get; } = new();

    public StreamOptions Streams { get; } = new();

    public BudgetOptions Budgets { get; } = new();

    public UploadOptions Files { get; } = new();

    public WebhookOptions Webhooks { get; } = new();

    /// <summary>The SHA-256 of the callers' keys, by name.</summary>
    public Dictionary<string, string> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ModelCatalogue Models { get; private set; } = new();

    public VisionOptions Vision { get; } = new();

    public RecipeOptions Recipes { get; } = new();

    public CacheOptions Cache { get; } = new();

    public WebAccess Web { get; } = new();

    private IEnumerable<IOptionsSection> Known =>
        [Upstream, Batches, Storage, Streams, Budgets, Files, Webhooks, Vision, Recipes, Cache, Web];

    /// <summary>
    /// Reads and checks. What the OpenAI SDKs call <c>OPENAI_API_KEY</c> and <c>OPENAI_BASE_URL</c> is taken where ours is not set.
    /// </summary>
    /// <exception cref="DroverSettingsException">Settings break their rules; all of them are named.</exception>
    public static DroverSettings Read(IConfiguration configuration)
    {
        var settings = new DroverSettings();
        var faults = configuration.GetSection("Drover").GetChildren().Select(c => c.Key).Except(Sections, StringComparer.OrdinalIgnoreCase)
            .Select(key => $"Drover:{key} is no section of the settings; there are {string.Join(", ", Sections)}.").ToList();
        foreach (var section in settings.Known)
        {
            SectionBinder.Bind(configuration.GetSection(section.Section), section, faults);
        }

        settings.Models = ModelSettings.Read(configuration, faults);
        BindUpstreams(configuration, settings, faults);
        foreach (var key in configuration.GetSection(CallerKeys.Section).GetChildren())
        {
            settings.Keys[key.Key] = (key.Value ?? "").Trim();
            var budget = new KeyBudget();
            SectionBinder.Bind(key, budget, faults);
            settings.Budgets.Keys[key.Key] = budget;
        }

        if (string.IsNullOrWhiteSpace(settings.Upstream.ApiKey))
        {
            settings.Upstream.ApiKey = configuration["OPENAI_API_KEY"] ?? "";
        }

        if (configuration["Drover:Upstream:BaseUrl"] is null && configuration["OPENAI_BASE_URL"] is { Length: > 0 } url)
        {
            settings.Upstream.BaseUrl = url;
        }

        settings.MarkOwnAddresses();
        if (settings.Storage.BlobServiceUri.Length == 0)
        {
            settings.Storage.BlobServiceUri = configuration["AzureWebJobsStorage:blobServiceUri"] ?? "";
        }

        if (settings.Storage.QueueServiceUri.Length == 0)
        {
            settings.Storage.QueueServiceUri = configuration["AzureWebJobsStorage:queueServiceUri"] ?? "";
        }

        if (settings.Storage.ConnectionString.Length == 0)
        {
            settings.Storage.ConnectionString = configuration["AzureWebJobsStorage"] ?? "";
        }

        settings.Storage.QueueConnection = configuration["AzureWebJobsStorage"] ?? settings.Storage.ConnectionString;

        if (settings.Storage.ConnectionString.Length == 0 && settings.Storage.BlobServiceUri.Length == 0)
        {
            faults.Add(
                "AzureWebJobsStorage is not set; it must be a storage connection string, UseDevelopmentStorage=true, or come as AzureWebJobsStorage__blobServiceUri.");
        }

        faults.AddRange(settings.Known.Concat(settings.MoreUpstreams).SelectMany(section => section.Faults()));
        faults.AddRange(settings.ModelFaults(settings.Budgets.PerBatch is not null || settings.Budgets.HasPeriods(null)));
        faults.AddRange(CallerKeys.Faults(settings.Keys));
        return faults.Count == 0 ? settings : throw new DroverSettingsException(faults);
    }

    private void MarkOwnAddresses()
    {
        foreach (var upstream in MoreUpstreams.Append(Upstream))
        {
            upstream.IsAtOwnAddress = OwnAddress.Is(upstream.BaseUrl);
        }

        Models = Upstream.IsFree ? Models.OwnAddress : Models;
    }

    private IEnumerable<string> ModelFaults(bool isLimited) => Fallbacks.Index().Where(f => f.Item.Model is not null)
        .Select(f => ($"Drover:Fallbacks:{f.Index}:Model", f.Item.Model!))
        .Prepend(("Drover:Upstream:Model", Upstream.Model))
        .Select(named => Models.Fault(named.Item1, named.Item2, isLimited)).OfType<string>();

    private static void BindUpstreams(IConfiguration configuration, DroverSettings settings, List<string> faults)
    {
        foreach (var section in configuration.GetSection("Drover:Upstreams").GetChildren())
        {
            var upstream = new UpstreamOptions { Name = section.Key };
            SectionBinder.Bind(section, upstream, faults);
            settings.MoreUpstreams.Add(upstream);
            if (section.Key.Equals(UpstreamOptions.DefaultName, StringComparison.OrdinalIgnoreCase))
            {
                faults.Add(
                    $"{section.Path}: '{UpstreamOptions.DefaultName}' is the upstream in Drover:Upstream; another needs another name.");
            }

            if (section[nameof(UpstreamOptions.BaseUrl)] is null)
            {
                faults.Add($"{section.Path}:{nameof(UpstreamOptions.BaseUrl)} is not set; a further upstream needs its address.");
            }
        }

        var names = settings.MoreUpstreams.Select(u => u.Name).Append(UpstreamOptions.DefaultName)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var section in configuration.GetSection("Drover:Fallbacks").GetChildren())
        {
            var fallback = new FallbackOptions();
            SectionBinder.Bind(section, fallback, faults);
            settings.Fallbacks.Add(fallback);
            if (fallback.Upstream is not null && !names.Contains(fallback.Upstream))
            {
                faults.Add(
                    $"{section.Path}:{nameof(fallback.Upstream)} is '{fallback.Upstream}'; it must be one of Drover:Upstreams, or {UpstreamOptions.DefaultName}.");
            }

            if (fallback.Upstream is null && string.IsNullOrWhiteSpace(fallback.Model))
            {
                faults.Add($"{section.Path} names neither {nameof(fallback.Upstream)} nor {nameof(fallback.Model)}; it needs one of them.");
            }
        }
    }
}
