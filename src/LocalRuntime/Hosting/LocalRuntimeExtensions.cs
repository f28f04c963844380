using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs the functions of an assembly in a web application.</summary>
public static class LocalRuntimeExtensions
{
    private const string BodySizeSetting = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";
    private const long DefaultBodySize = 100 * 1024 * 1024;

    /// <summary>
    /// Finds the functions, checks them and their settings, and registers the durable engine, its client and the triggers.
    /// </summary>
    /// <exception cref="LocalRuntimeException">Something cannot be run as it is; all that was found is listed.</exception>
    public static WebApplicationBuilder AddLocalRuntime(this WebApplicationBuilder builder, LocalRuntimeOptions options)
    {
        var errors = new List<string>();
        var settings = new AppSettings(builder.Configuration);
        var hostJson = HostJson.Load(options.HostJsonPath, builder.Configuration, errors);
        var host = HostJson.Read(options.HostJsonPath, hostJson, errors);
        var bodySize = BodySize(builder.Configuration, errors);
        var catalog = new FunctionDiscovery(new TriggerBindings(settings, host, options.RunTriggers), errors)
            .Find(options.FunctionTypes ?? options.FunctionAssembly.GetTypes());
        if (!options.RunTriggers && EarlierHistory.IsAt(DurablePath(options)))
        {
            errors.Add(
                $"The durable history '{DurablePath(options)}' is of an earlier version. Run the host on this folder once: it takes over what has not ended.");
        }

        if (errors.Count > 0)
        {
            throw new LocalRuntimeException(errors);
        }

        builder.Logging.AddConfiguration(hostJson.GetSection("logging"));
        // It logs each request's query string, and with it a key given as ?code=.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = bodySize);
        var services = builder.Services;
        services.AddMvcCore();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options).AddSingleton(host).AddSingleton(settings).AddSingleton(catalog);
        services.AddSingleton(new HostKey(options.HostKey, options.Admits));
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton(CreateEngine);
        services.AddSingleton(provider => provider.GetRequiredService<DurableTaskEngine>().Client);
        if (options.RunTriggers)
        {
            services.AddSingleton<TriggerListeners>();
            services.AddHostedService(provider => new EarlierHistory(
                DurablePath(options), provider.GetRequiredService<DurableTaskClient>(),
                provider.GetRequiredService<ILogger<EarlierHistory>>()));
            services.AddHostedService<FunctionHost>();
        }

        return builder;
    }

    /// <summary>Maps the HTTP functions to their routes.</summary>
    public static WebApplication MapFunctions(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Drover.LocalRuntime.Http");
        foreach (var (function, binding) in app.Services.GetRequiredService<FunctionCatalog>().With<HttpBinding>())
        {
            var endpoint = ActivatorUtilities.CreateInstance<HttpEndpoint>(app.Services, function, binding, logger);
            RequestDelegate handle = endpoint.HandleAsync;
            var route = binding.Methods.Count == 0
                ? app.Map(binding.Pattern, handle)
                : app.Map(binding.Pattern, handle).WithMetadata(new Microsoft.AspNetCore.Routing.HttpMethodMetadata(binding.Methods));
            route.WithDisplayName(function.Name);
        }

        return app;
    }

    /// <summary>Whether a request shows a key that functions above <see cref="AuthorizationLevel.Anonymous"/> ask for.</summary>
    public static bool ShowsKey(this HttpContext http) => http.RequestServices.GetRequiredService<HostKey>().Admits(http.Request);

    /// <summary>
    /// Why the functions of a host ended by themselves, which stops it; null while they run, and when the host was told to stop.
    /// </summary>
    public static Exception? FunctionsFailure(this IHost host) =>
        host.Services.GetServices<IHostedService>().OfType<FunctionHost>().SingleOrDefault()?.Failure;

    private static DurableTaskEngine CreateEngine(IServiceProvider services)
    {
        var host = services.GetRequiredService<HostSettings>();
        var options = services.GetRequiredService<LocalRuntimeOptions>();
        var engineOptions = new SqliteOrchestrationServiceOptions { DatabasePath = DurablePath(options) };
        engineOptions.MaxConcurrentActivities = host.MaxConcurrentActivities ?? engineOptions.MaxConcurrentActivities;
        engineOptions.MaxConcurrentOrchestrations = host.MaxConcurrentOrchestrations ?? engineOptions.MaxConcurrentOrchestrations;
        var engine = new DurableTaskEngine(
            engineOptions, DurablePayloads.Converter, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>());

        var catalog = services.GetRequiredService<FunctionCatalog>();
        var invoker = services.GetRequiredService<FunctionInvoker>();
        foreach (var (function, binding) in catalog.With<OrchestrationBinding>())
        {
            engine.AddOrchestrator(
                binding.Orchestration, binding.InputType, (context, input) => invoker.RunOrchestratorAsync(function, new(context, input)));
        }

        foreach (var (function, binding) in catalog.With<ActivityBinding>())
        {
            engine.AddActivity(
                binding.Activity,
                binding.InputType,
                (context, input, cancellation) =>
                    invoker.RunAsync(function, new ActivityRun(context, input), FunctionInvoker.NoData, cancellation));
        }

        return engine;
    }

    private static string DurablePath(LocalRuntimeOptions options) => Path.Combine(options.DataPath, "durable.db");

    private static long BodySize(IConfiguration configuration, List<string> errors)
    {
        if (configuration[BodySizeSetting] is not { Length: > 0 } text)
        {
            return DefaultBodySize;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size == 0)
        {
            errors.Add($"The app setting {BodySizeSetting} is '{text}'; it must be a whole number of bytes from 1.");
        }

        return size;
    }
}
