using System.Globalization;
using Drover.Simulator;
using Drover.Upstreams;

namespace Drover.LocalHost.Hosting;

/// <summary>The settings that the command makes, over those of files and environment.</summary>
internal static class HostOverrides
{
    /// <summary>The setting that says whether answers are made up.</summary>
    public const string Simulated = "Drover:Upstream:Simulated";

    /// <summary>What the command line and the data folder say.</summary>
    public static Dictionary<string, string?> Of(HostSetup setup, DataFolder folder, IConfiguration settings)
    {
        var overrides = Of(setup);
        overrides["Drover:Batches:SpoolPath"] = folder.SpoolPath;
        overrides["Drover:Batches:Holder"] = folder.Holder;
        overrides["Drover:Streams:SpoolPath"] = Path.Combine(folder.Path, "streams");
        // The receipts of blobs lie under it.
        overrides["AzureFunctionsWebHost:hostId"] = settings["AzureFunctionsWebHost:hostId"] ?? "drover";
        // Whoever calls the command may read the files of this machine anyway.
        overrides["Drover:Vision:AllowFiles"] = settings["Drover:Vision:AllowFiles"] ?? "true";
        return overrides;
    }

    /// <summary>What the command line says of the upstream.</summary>
    public static Dictionary<string, string?> Of(HostSetup setup)
    {
        var overrides = new Dictionary<string, string?>();
        Set(overrides, nameof(UpstreamOptions.BaseUrl), setup.BaseUrl);
        Set(overrides, nameof(UpstreamOptions.Concurrency), setup.Concurrency);
        Set(overrides, nameof(UpstreamOptions.RequestsPerMinute), setup.RequestsPerMinute);
        Set(overrides, nameof(UpstreamOptions.TokensPerMinute), setup.TokensPerMinute);
        if (setup.MaxOutputTokens is { } most)
        {
            overrides["Drover:Recipes:MaxOutputTokens"] = most.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return overrides;
    }

    private static void Set(Dictionary<string, string?> overrides, string name, object? value)
    {
        if (value is not null)
        {
            overrides[$"Drover:Upstream:{name}"] = Convert.ToString(value, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Whether answers come from the simulator.</summary>
    /// <remarks>An address of one's own (a local model, a gateway) may need no key; without one there is nobody to ask.</remarks>
    public static bool NeedsSimulator(HostSetup setup, IConfiguration settings) =>
        setup.Simulator
        || (string.IsNullOrWhiteSpace(settings["Drover:Upstream:ApiKey"])
            && settings["Drover:Upstream:BaseUrl"] is null or UpstreamOptions.DefaultBaseUrl);

    /// <summary>Starts the simulator and makes it the upstream.</summary>
    public static async Task<SimulatorServer> StartSimulatorAsync(
        Dictionary<string, string?> overrides, IConfiguration settings, CancellationToken cancellationToken)
    {
        var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { LatencyP50 = 350, LatencyP95 = 900, LatencyP99 = 1600 }, cancellationToken);
        Set(overrides, nameof(UpstreamOptions.BaseUrl), simulator.BaseAddress.ToString());
        Set(overrides, nameof(UpstreamOptions.ApiKey), "simulated");
        ListSimulatedModels(overrides, settings);
        return simulator;
    }

    /// <summary>Lists the simulator's models, to choose from, unless the settings list some.</summary>
    public static void ListSimulatedModels(Dictionary<string, string?> overrides, IConfiguration settings)
    {
        foreach (var model in settings.GetSection("Drover:Models").Exists() ? [] : SimulatedModel.BuiltIn)
        {
            overrides[$"Drover:Models:{model.Name}:Input"] = model.InputUsd.ToString(CultureInfo.InvariantCulture);
            overrides[$"Drover:Models:{model.Name}:Output"] = model.OutputUsd.ToString(CultureInfo.InvariantCulture);
        }
    }
}
