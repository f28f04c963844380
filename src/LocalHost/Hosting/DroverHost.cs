using System.Net.Sockets;
using Drover.Access;
using Drover.Functions;
using Drover.Settings;
using Drover.Simulator;
using Drover.Storage;
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
            var overrides = HostOverrides.Of(setup, folder, builder.Configuration);
            overrides[Storage] = storage;
            builder.Configuration.AddInMemoryCollection(overrides);
            var isSimulated = HostOverrides.NeedsSimulator(setup, builder.Configuration);
            overrides[HostOverrides.Simulated] = isSimulated ? "true" : builder.Configuration[HostOverrides.Simulated];
            simulator = setup.RunTriggers && isSimulated
                ? await HostOverrides.StartSimulatorAsync(overrides, builder.Configuration, cancellationToken)
                : null;
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
        var keys = new CallerKeys(settings.Keys, settings.Budgets.Admins);
        builder.AddLocalRuntime(new LocalRuntimeOptions
        {
            FunctionAssembly = typeof(FunctionServices).Assembly,
            HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
            DataPath = folder.Path,
            RunTriggers = setup.RunTriggers,
            HostKey = builder.Configuration["Drover:HostKey"],
            Admits = keys.IsSet ? request => keys.NameOf(request.Headers.Authorization) is not null : null,
        });
        builder.Services.AddCors();
        var app = builder.Build();
        WebGuard.Use(app, settings.Web, keys.IsSet);
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

    private static Exception Explain(Exception e, HostSetup setup) => e switch
    {
        DroverSettingsException or StorageUnreachableException or AzuriteException or LocalRuntimeException =>
            new CommandException(ExitCodes.Usage, e.Message),
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
