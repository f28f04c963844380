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
        var logger = loggers.CreateLogger("Drover.LocalRuntime.Triggers");
        foreach (var (function, binding) in catalog.With<QueueBinding>())
        {
            yield return new QueueListener(function, binding, settings, host.Queues, invoker, time, logger);
        }

        foreach (var connection in catalog.With<BlobBinding>().GroupBy(f => settings.FindConnection(f.Binding.Connection)))
        {
            yield return new BlobListener([.. connection], settings, host, options, invoker, time, logger);
        }

        foreach (var (function, binding) in catalog.With<TimerBinding>())
        {
            yield return new TimerListener(function, binding, options.DataPath, invoker, time, logger);
        }
    }
}
