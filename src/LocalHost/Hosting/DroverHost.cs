using System.Net.Sockets;
using Drover.Access;
using Drover.Functions;
using Drover.Settings;
using Drover.Simulator;
using Drover.Storage;
using Drover.Upstreams;
using DurableTask.Sqlite;
using Microsoft.Extensions.FileProviders;

namespace Drover.LocalHost.Hosting;

/// <summary>The function app on this machine: its storage, its upstream, the local runtime and Kestrel.</summary>
internal sealed class DroverHost : IAsyncDisposable
{
    private const string Storage = "AzureWebJobsStorage";

    private readonly DataFolder _folder;
    private readonly AzuriteServer? _azurite;
    private readonly SimulatorServer? _simulator;
    private readonly WebApplication _app;

    private DroverHost(DataFolder folder, AzuriteServer? azurite, SimulatorServer? simulator, WebApplication app) =>
        (_folder, _azurite, _simulator, _app) = (folder, azurite, simulator, app);

    public IServiceProvider Services => _app.Services;

    public DurableTaskClient Client => Services.GetRequiredService<DurableTaskClient>();

    public DataFolder Folder => _folder;

    /// <summary>Whether answers come from the simulator.</summary>
    public bool IsSimulated => _simulator is not null;

    /// <summary>Fires when the host stops by itself, because it cannot go on; <see cref="CannotGoOn"/> says why.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    /// <summary>What a command ends with when the host has stopped by itself.</summary>
    /// <param name="advice">What its user can do; a sentence.</param>
    public CommandException CannotGoOn(string advice) => new(
        ExitCodes.Unexpected,
        $"The host cannot go on{(_app.FunctionsFailure() is { } failure ? $": {failure.Message.TrimEnd('.')}" : "")}. {advice}");

    /// <summary>Where the host listens.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Starts everything; when it returns, batches that were under way go on.</summary>
    /// <param name="setup">What the command line says.</param>
    /// <param name="say">Tells the user.</param>
    /// <param name="before">What is to be done when storage answers and before anything goes on.</param>
    /// <exception cref="CommandException">Something that the user can mend is in the way; the message says what.</exception>
    public static async Task<DroverHost> StartAsync(
        HostSetup setup, Action<string> say, CancellationToken cancellationToken, Func<IServiceProvider, Task>? before = null)
    {
        var folder = await DataFolder.OpenAsync(setup.DataPath, shared: !setup.RunTriggers, cancellationToken);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<AzuriteServer?> azurite = Task.FromResult<AzuriteServer?>(null);
        SimulatorServer? simulator = null;
        WebApplication? app = null;
        var started = false;
        try
        {
            var settings = new ConfigurationManager();
            LocalSettings.AddTo(settings);

            // Said nowhere: an Azurite that belongs to the data folder alone. Said to be the development one: whichever listens there.
            var storage = settings[Storage] is { Length: > 0 } said
                ? said
                : (await AzuriteServer.EndpointsOfAsync(folder.AzuritePath, say, cancellationToken)).ConnectionString;
            if (AzuriteEndpoints.Parse(storage) is { } endpoints)
            {
                // It takes the longest.
                azurite = Task.Run(
                    () => AzuriteServer.EnsureAsync(endpoints, folder.AzuritePath, say, failed.Token), CancellationToken.None);
            }

            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddConfiguration(settings, shouldDisposeConfiguration: true);
            var overrides = Overrides(setup, folder);
            overrides[Storage] = storage;
            // The receipts of blobs lie under it.
            overrides["AzureFunctionsWebHost:hostId"] = builder.Configuration["AzureFunctionsWebHost:hostId"] ?? "drover";
            // Whoever calls the command may read the files of this machine anyway.
            overrides["Drover:Vision:AllowFiles"] = builder.Configuration["Drover:Vision:AllowFiles"] ?? "true";
            builder.Configuration.AddInMemoryCollection(overrides);
            simulator = setup.RunTriggers && NeedsSimulator(setup, builder.Configuration)
                ? await StartSimulatorAsync(overrides, cancellationToken)
                : null;
            if (simulator is not null)
            {
                ListSimulatedModels(overrides, builder.Configuration);
            }

            builder.Configuration.AddInMemoryCollection(overrides);
            if (simulator is not null)
            {
                say(setup.Simulator
                    ? "The answers come from the simulator: they are made up and cost nothing."
                    : "No API key is set (OPENAI_API_KEY), so the answers come from the simulator: they are made up and cost nothing.");
            }

            app = Build(builder, setup, folder, azurite, before);
            started = true;
            await app.StartAsync(cancellationToken);
            return new DroverHost(folder, await azurite, simulator, app);
        }
        catch (Exception e)
        {
            await failed.CancelAsync();
            await ((Task)azurite).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await StopAsync(started ? app : null, simulator, azurite.IsCompletedSuccessfully ? await azurite : null, folder);
            throw Explain(e, setup);
        }
    }

    /// <summary>Stops launching calls, waits for those under way and writes their outcomes, then ends everything.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(_app, _simulator, _azurite, _folder);

    private static async Task StopAsync(WebApplication? app, SimulatorServer? simulator, AzuriteServer? azurite, DataFolder folder)
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (simulator is not null)
        {
            await simulator.DisposeAsync();
        }

        if (azurite is not null)
        {
            await azurite.LeaveAsync();
        }

        folder.Dispose();
    }

    private static WebApplication Build(
        WebApplicationBuilder builder, HostSetup setup, DataFolder folder, Task storage, Func<IServiceProvider, Task>? before)
    {
        builder.Logging.ClearProviders();
        if (setup.LogToConsole)
        {
            builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss "));
        }
        else
        {
            builder.Logging.AddProvider(new FileLoggerProvider(folder.LogFile));
        }

        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical); // What fails the start is said by the command.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
        builder.WebHost.UseUrls(
            $"http://{(setup.Listen.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{setup.Listen}]" : setup.Listen)}:{setup.Port}");
        builder.Services.AddSingleton<IHostedService>(new FirstStep(() => storage)); // What is not built by then waits for it.
        var settings = DroverSettings.Read(builder.Configuration);
        builder.Services.AddDroverFunctions(settings, openOnLoopback: true);
        if (before is not null)
        {
            // Storage is known to answer, and nothing runs yet.
            builder.Services.AddSingleton<IHostedService>(services => new FirstStep(() => before(services)));
        }

        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(
            options => options.ShutdownTimeout = settings.Upstream.CallTimeout + TimeSpan.FromSeconds(30));
        var keys = new CallerKeys(settings.Keys);
        builder.AddLocalRuntime(new LocalRuntimeOptions
        {
            FunctionAssembly = typeof(FunctionServices).Assembly,
            HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
            DataPath = folder.Path,
            RunTriggers = setup.RunTriggers,
            HostKey = builder.Configuration["Drover:HostKey"],
            Admits = keys.IsSet ? request => keys.NameOf(request.Headers.Authorization) is not null : null,
        });
        var app = builder.Build();
        if (setup.PagePath is not null)
        {
            app.UseFileServer(new FileServerOptions { FileProvider = new PhysicalFileProvider(Path.GetFullPath(setup.PagePath)) });
        }

        if (setup.RunTriggers)
        {
            app.MapFunctions();
        }

        return app;
    }

    private static Dictionary<string, string?> Overrides(HostSetup setup, DataFolder folder)
    {
        var overrides = Overrides(setup);
        overrides["Drover:Batches:SpoolPath"] = folder.SpoolPath;
        overrides["Drover:Batches:Holder"] = folder.Holder;
        overrides["Drover:Streams:SpoolPath"] = Path.Combine(folder.Path, "streams");
        return overrides;
    }

    internal static Dictionary<string, string?> Overrides(HostSetup setup)
    {
        var overrides = new Dictionary<string, string?>();
        Set(overrides, nameof(UpstreamOptions.BaseUrl), setup.BaseUrl);
        Set(overrides, nameof(UpstreamOptions.Concurrency), setup.Concurrency);
        Set(overrides, nameof(UpstreamOptions.RequestsPerMinute), setup.RequestsPerMinute);
        Set(overrides, nameof(UpstreamOptions.TokensPerMinute), setup.TokensPerMinute);
        return overrides;
    }

    private static void Set(Dictionary<string, string?> overrides, string name, object? value)
    {
        if (value is not null)
        {
            overrides[$"Drover:Upstream:{name}"] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    // An address of one's own (a local model, a gateway) may need no key; without one there is nobody to ask.
    internal static bool NeedsSimulator(HostSetup setup, IConfiguration settings) =>
        setup.Simulator
        || (string.IsNullOrWhiteSpace(settings["Drover:Upstream:ApiKey"]) && settings["Drover:Upstream:BaseUrl"] is null or UpstreamOptions.DefaultBaseUrl);

    private static async Task<SimulatorServer> StartSimulatorAsync(
        Dictionary<string, string?> overrides, CancellationToken cancellationToken)
    {
        var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { LatencyP50 = 350, LatencyP95 = 900, LatencyP99 = 1600 }, cancellationToken);
        Set(overrides, nameof(UpstreamOptions.BaseUrl), simulator.BaseAddress.ToString());
        Set(overrides, nameof(UpstreamOptions.ApiKey), "simulated");
        return simulator;
    }

    /// <summary>Lists the simulator's models, to choose from, unless the settings list some.</summary>
    internal static void ListSimulatedModels(Dictionary<string, string?> overrides, IConfiguration settings)
    {
        foreach (var model in settings.GetSection("Drover:Models").Exists() ? [] : SimulatedModel.BuiltIn)
        {
            overrides[$"Drover:Models:{model.Name}:Input"] = model.InputUsd.ToString(System.Globalization.CultureInfo.InvariantCulture);
            overrides[$"Drover:Models:{model.Name}:Output"] = model.OutputUsd.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static Exception Explain(Exception e, HostSetup setup) => e switch
    {
        DroverSettingsException or StorageUnreachableException or AzuriteException or LocalRuntimeException => new CommandException(ExitCodes.Usage, e.Message),
        DurableStoreException => new CommandException(ExitCodes.Usage, e.Message),
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => new CommandException(
            ExitCodes.Usage, $"Port {setup.Port} is taken on {setup.Listen}. Free it, or choose another with --port."),
        _ => e,
    };

    private sealed class FirstStep(Func<Task> step) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => step();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Leaves signals to the commands.</summary>
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
