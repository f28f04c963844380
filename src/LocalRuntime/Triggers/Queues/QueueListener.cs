using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs a function for each message of its queue.</summary>
internal sealed class QueueListener : ITriggerListener
{
    private readonly QueuePump _pump;

    public QueueListener(
        Function function, QueueBinding binding, AppSettings settings, QueueSettings queues, FunctionInvoker invoker, TimeProvider time,
        ILogger logger)
    {
        Name = $"queue '{binding.QueueName}'";
        var options =
            new QueuePumpOptions { QueueName = binding.QueueName, PoisonQueueName = binding.QueueName + "-poison", Settings = queues };
        _pump = new QueuePump(
            options,
            client => settings.Queues(binding.Connection, client),
            (message, stopping) => invoker.RunAsync(function, message, QueueBinding.Data(message), stopping),
            time,
            logger);
    }

    public string Name { get; }

    public Task RunAsync(CancellationToken stopping) => _pump.RunAsync(stopping);
}
