using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Starts the durable engine and then the triggers; stops them in the opposite order.</summary>
internal sealed class FunctionHost(
    DurableTaskEngine engine, FunctionCatalog catalog, TriggerListeners listeners, HostKey key, IServer server, TimeProvider time,
    ILogger<FunctionHost> logger)
    : BackgroundService, IHostedLifecycleService
{
    private IReadOnlyList<ListenerSupervisor> _listeners = [];

    /// <summary>Why it ended by itself; null while it runs, and when it was told to stop.</summary>
    public Exception? Failure => ExecuteTask?.Exception?.GetBaseException();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        TriggerLog.Found(logger, catalog.Functions.Count, string.Join(", ", catalog.Functions.Select(f => f.Name).Order()));
        await engine.StartAsync().ConfigureAwait(false);
        _listeners = [.. listeners.Create().Select(listener => new ListenerSupervisor(listener, time, logger))];
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The server listens by now, so that its addresses are known.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        LoopbackRule.Check(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [], catalog, key);
        return Task.CompletedTask;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await engine.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the engine's database, which takes time, while others wait for storage.</summary>
    public Task StartingAsync(CancellationToken cancellationToken) => engine.Service.CreateIfNotExistsAsync();

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundTasks.RunAsync([.. _listeners.Select(Func<CancellationToken, Task> (l) => l.RunAsync), WatchEngineAsync], stoppingToken);

    /// <summary>An engine that cannot go on takes the host down, which says why, instead of leaving it with nothing behind it.</summary>
    private async Task WatchEngineAsync(CancellationToken stopping)
    {
        try
        {
            await engine.Completion.WaitAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops first, the engine after it.
        }
        catch (Exception e)
        {
            TriggerLog.EngineFailed(logger, e);
            throw;
        }
    }
}
