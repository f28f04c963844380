using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime.Tests.Hosting;

/// <summary>How a test wants its host.</summary>
internal sealed record TestHostOptions
{
    public required Type[] Functions { get; init; }

    public string HostJson { get; init; } = """{ "version": "2.0" }""";

    public Dictionary<string, string?> Settings { get; init; } = [];

    public string? HostKey { get; init; }

    public bool RunTriggers { get; init; } = true;

    public string Url { get; init; } = "http://127.0.0.1:0";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Probe Probe { get; init; } = new();

    /// <summary>The folder of an earlier host, to be its restart.</summary>
    public string? DataPath { get; init; }

    public Action<IServiceCollection> Services { get; init; } = _ => { };
}

/// <summary>A real host on Kestrel with the functions of some classes.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _ownFolder;

    private TestHost(WebApplication app, LogRecorder log, Probe probe, string dataPath, string? ownFolder)
    {
        (_app, Log, Probe, DataPath, _ownFolder) = (app, log, probe, dataPath, ownFolder);
        Http = app.Urls.Count > 0 ? new HttpClient { BaseAddress = new Uri(app.Urls.First()) } : new HttpClient();
    }

    public HttpClient Http { get; }

    public LogRecorder Log { get; }

    public Probe Probe { get; }

    public string DataPath { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Why the functions ended by themselves.</summary>
    public Exception? Failure => _app.FunctionsFailure();

    /// <summary>Everything at Warning and above, for tests that expect a quiet log.</summary>
    public IEnumerable<string> Complaints => Log.Entries.Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Message);

    public static async Task<TestHost> StartAsync(TestHostOptions options)
    {
        var ownFolder = options.DataPath is null ? Directory.CreateTempSubdirectory("drover-test-").FullName : null;
        try
        {
            return await StartAsync(options, options.DataPath ?? ownFolder!, ownFolder);
        }
        catch when (ownFolder is not null)
        {
            Directory.Delete(ownFolder, recursive: true);
            throw;
        }
    }

    private static async Task<TestHost> StartAsync(TestHostOptions options, string dataPath, string? ownFolder)
    {
        var hostJson = Path.Combine(dataPath, "host.json");
        await File.WriteAllTextAsync(hostJson, options.HostJson);

        var log = new LogRecorder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(options.Settings);
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseUrls(options.Url);
        builder.Services.AddSingleton(options.Time).AddSingleton(options.Probe);
        options.Services(builder.Services);
        builder.AddLocalRuntime(new LocalRuntimeOptions
        {
            FunctionAssembly = typeof(TestHost).Assembly,
            FunctionTypes = options.Functions,
            HostJsonPath = hostJson,
            DataPath = dataPath,
            HostKey = options.HostKey,
            RunTriggers = options.RunTriggers,
            BlobScanInterval = TimeSpan.FromMilliseconds(50),
        });

        var app = builder.Build();
        app.MapFunctions();
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new TestHost(app, log, options.Probe, dataPath, ownFolder);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownFolder is not null)
        {
            Directory.Delete(_ownFolder, recursive: true);
        }
    }
}
