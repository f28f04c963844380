using Drover.Functions;
using Drover.Settings;

namespace Drover.LocalHost.Hosting;

/// <summary>The app's services without a host: for commands that need neither storage nor network.</summary>
internal static class OfflineServices
{
    /// <summary>Reads the settings as a host does; nothing is started.</summary>
    /// <exception cref="CommandException">Settings break their rules; all of them are named.</exception>
    public static ServiceProvider Create(HostSetup setup)
    {
        var configuration = new ConfigurationManager();
        LocalSettings.AddTo(configuration);
        var overrides = HostOverrides.Of(setup);
        overrides["AzureWebJobsStorage"] = configuration["AzureWebJobsStorage"] is { Length: > 0 } said
            ? said
            : "UseDevelopmentStorage=true";
        if (HostOverrides.NeedsSimulator(setup, configuration))
        {
            HostOverrides.ListSimulatedModels(overrides, configuration);
        }

        configuration.AddInMemoryCollection(overrides);
        try
        {
            var settings = DroverSettings.Read(configuration);
            return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddDroverFunctions(settings)
                .BuildServiceProvider();
        }
        catch (DroverSettingsException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }
}
