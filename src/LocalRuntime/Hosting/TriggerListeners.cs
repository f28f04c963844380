using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Makes the listeners that this host's functions need.</summary>
internal sealed class TriggerListeners(
    FunctionCatalog catalog,
    AppSettings settings,
    HostSettings host,
    LocalRuntimeOptions options,
    FunctionInvoker invoker,
    TimeProvider time,
    ILoggerFactory loggers)
{
    public IEnumerable<ITriggerListener> Create()
    {
        var hostId = settings.HostId(options.FunctionAssembly.GetName().Name ?? "host");
        var logger = loggers.CreateLogger("Drover.LocalRuntime.Triggers");
        foreach (var (function, binding) in catalog.With<QueueBinding>())
        {
            yield return new QueueListener(function, binding, settings, host.Queues, invoker, time, logger);
        }

        foreach (var connection in catalog.With<BlobBinding>().GroupBy(f => settings.FindConnection(f.Binding.Connection)))
        {
            var name = connection.First().Binding.Connection;
            yield return new BlobListener(name, [.. connection], settings, host, hostId, options.BlobScanInterval, invoker, time, logger);
        }

        foreach (var (function, binding) in catalog.With<TimerBinding>())
        {
            yield return new TimerListener(function, binding, options.DataPath, invoker, time, logger);
        }
    }
}
