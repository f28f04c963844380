using System.Net;
using Drover.LocalRuntime.Tests.Triggers;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime.Tests.Hosting;

public sealed class FunctionHostTests
{
    [Fact]
    public async Task Function_EachRun_HasItsOwnScopeAndObjectAndDisposesOfThem()
    {
        var probe = new Probe();
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(ScopedFunctions)],
            Probe = probe,
            Services = services => services.AddScoped<Scoped>().AddSingleton<Shared>(),
        });

        await host.Http.GetStringAsync("api/Scoped");
        await host.Http.GetStringAsync("api/Scoped");
        await Eventually.TrueAsync(() => probe.All.Count == 8);

        Assert.Equal(
            ["made 1", "run 1 True", "object disposed 1", "scope disposed 1",
                "made 2", "run 2 True", "object disposed 2", "scope disposed 2"],
            probe.All);
    }

    [Fact]
    public async Task Answer_OfAFunction_IsWrittenWhileItsServicesLive()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(ScopedFunctions)],
            Services = services => services.AddScoped<Scoped>().AddSingleton<Shared>(),
        });

        Assert.Equal("disposed: False", await host.Http.GetStringAsync("api/Late"));
    }

    [Fact]
    public async Task Stop_WithARequestInFlight_CancelsIt()
    {
        var host = await TestHost.StartAsync(new TestHostOptions { Functions = [typeof(HttpTriggerTests.Functions)] });
        var request = host.Http.GetAsync("api/wait");
        Assert.Equal("waiting", await host.Probe.NextAsync());

        await host.StopAsync().WithinPatience();

        Assert.Equal(["waiting", "cancelled"], host.Probe.All);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await request).StatusCode);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Logging_OfHostJson_SetsLevels()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(ScopedFunctions)],
            HostJson = """{ "version": "2.0", "logging": { "logLevel": { "default": "Error" } } }""",
            Services = services => services.AddScoped<Scoped>().AddSingleton<Shared>(),
        });

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level < LogLevel.Error);
    }

    [Fact]
    public async Task RunTriggers_False_StartsNoListener()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(StartupFunctions)],
            RunTriggers = false,
        });

        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), service => service is FunctionHost);
        Assert.NotNull(host.Services.GetRequiredService<DurableTaskClient>());
    }

    [Fact]
    public async Task Loops_OneOfWhichFails_AreAllStoppedAndItsExceptionIsThrown()
    {
        var stopped = false;

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => BackgroundTasks.RunAsync(
            [
                _ => throw new InvalidOperationException("defect"),
                async token =>
                {
                    await BackgroundTasks.DelayAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    stopped = true;
                },
            ],
            CancellationToken.None).WithinPatience());

        Assert.Equal("defect", failure.Message);
        Assert.True(stopped);
    }

    [Fact]
    public async Task Engine_ThatCannotGoOn_StopsTheHostAndSaysWhy()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Functions = [typeof(HoldingFunctions)] });
        Assert.Null(host.Failure);
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(host.DataPath, "durable.db")}"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "SELECT 'DROP TABLE ' || name || ';' FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
            var drops = new List<string>();
            await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
            {
                while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                {
                    drops.Add(reader.GetString(0));
                }
            }

            command.CommandText = string.Concat(drops);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var start = host.Services.GetRequiredService<DurableTaskClient>()
            .ScheduleNewOrchestrationInstanceAsync("Hold", CancellationToken.None);
        await Eventually.TrueAsync(
            () => host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);

        await Assert.ThrowsAnyAsync<Exception>(() => start.WithinPatience());
        Assert.Contains(
            host.Log.Entries,
            entry => entry is { Level: LogLevel.Critical, Message: "The durable engine cannot go on, so the host stops." });
        Assert.NotNull(host.Failure);
    }

    public sealed class HoldingFunctions
    {
        [Function("Hold")]
        public static Task<string> Hold([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.WaitForExternalEvent<string>("go");
    }

    public sealed class Shared
    {
        private int _last;

        public int Next() => Interlocked.Increment(ref _last);
    }

    public sealed class Scoped(Shared shared, Probe probe) : IAsyncDisposable
    {
        public int Id { get; } = shared.Next();

        public bool Disposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            Disposed = true;
            probe.Saw($"scope disposed {Id}");
            return ValueTask.CompletedTask;
        }
    }

    public sealed class ScopedFunctions : IDisposable
    {
        private readonly Scoped _scoped;
        private readonly Probe _probe;

        public ScopedFunctions(Scoped scoped, Probe probe)
        {
            (_scoped, _probe) = (scoped, probe);
            probe.Saw($"made {scoped.Id}");
        }

        [Function("Scoped")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context) =>
            _probe.Saw($"run {_scoped.Id} {ReferenceEquals(_scoped, context.InstanceServices.GetService<Scoped>())}");

        [Function("Late")]
        public IResult Late([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new LateAnswer(_scoped);

        public void Dispose() => _probe.Saw($"object disposed {_scoped.Id}");
    }

    public sealed class LateAnswer(Scoped scoped) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => httpContext.Response.WriteAsync($"disposed: {scoped.Disposed}");
    }

    public sealed class StartupFunctions(Probe probe)
    {
        [Function("Tick")]
        public void Tick([TimerTrigger("0 0 0 * * *", RunOnStartup = true)] TimerInfo timer) => probe.Saw("run");
    }
}
