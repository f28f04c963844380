using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs the blob functions of one connection: containers are listed, and what is new goes through a queue of the host.</summary>
/// <remarks>The queue counts the tries, survives restarts and leads to the poison queue, all as for queue functions.</remarks>
internal sealed class BlobListener : ITriggerListener
{
    private readonly IReadOnlyDictionary<string, (Function Function, BlobBinding Binding)> _functions;
    private readonly BlobServiceClient _service;
    private readonly IReadOnlyList<BlobScanner> _scanners;
    private readonly QueuePump _pump;
    private readonly FunctionInvoker _invoker;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="functions">Those of one connection; there is at least one.</param>
    public BlobListener(
        IReadOnlyList<(Function Function, BlobBinding Binding)> functions,
        AppSettings settings,
        HostSettings host,
        LocalRuntimeOptions options,
        FunctionInvoker invoker,
        TimeProvider time,
        ILogger logger)
    {
        Name = $"containers {string.Join(", ", functions.Select(f => $"'{f.Binding.Pattern.Container}'").Distinct())}";
        _functions = functions.ToDictionary(f => f.Function.Id);
        (_invoker, _interval, _time, _logger) = (invoker, options.BlobScanInterval, time, logger);
        var connection = functions[0].Binding.Connection;
        var hostId = settings.HostId(options.FunctionAssembly.GetName().Name ?? "host");
        _service = settings.Blobs(connection);
        var pump = new QueuePumpOptions
        {
            QueueName = "azure-webjobs-blobtrigger-" + hostId,
            PoisonQueueName = "webjobs-blobtrigger-poison",
            Settings = Settings(host),
        };
        _pump = new QueuePump(pump, client => settings.Queues(connection, client), HandleAsync, time, logger);
        var due = settings.Queues(connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 })
            .GetQueueClient(pump.QueueName);
        var receipts = new BlobReceipts(_service, hostId);
        _scanners =
        [
            .. from f in functions
               group (f.Function, f.Binding.Pattern) by f.Binding.Pattern.Container into container
               select new BlobScanner(_service.GetBlobContainerClient(container.Key), [.. container], receipts, due, time, logger),
        ];
    }

    public string Name { get; }

    public Task RunAsync(CancellationToken stopping) =>
        BackgroundTasks.RunAsync(
            [_pump.RunAsync, .. _scanners.Select(Func<CancellationToken, Task> (s) => token => ScanAsync(s, token))], stopping);

    /// <summary>
    /// As many at once as <c>host.json</c> allows for blobs; the rest as for queues, and text in Base64 as the Functions host writes it.
    /// </summary>
    private static QueueSettings Settings(HostSettings host)
    {
        var batch = Math.Clamp(host.Blobs.MaxDegreeOfParallelism / 2, 1, 32);
        return host.Queues with
        {
            BatchSize = batch,
            NewBatchThreshold = host.Blobs.MaxDegreeOfParallelism - batch,
            MaxDequeueCount = host.Blobs.PoisonBlobThreshold,
            VisibilityTimeout = TimeSpan.Zero,
            MessageEncoding = QueueMessageEncoding.Base64,
        };
    }

    private async Task ScanAsync(BlobScanner scanner, CancellationToken stopping)
    {
        var storage = new StorageState($"Container '{scanner.Container}'", _logger);
        while (!stopping.IsCancellationRequested)
        {
            var pause = TimeSpan.Zero;
            try
            {
                var (found, listing) = await scanner.ScanAsync(stopping).ConfigureAwait(false);
                pause = listing * 9;
                if (found > 0)
                {
                    _pump.Wake();
                }

                storage.Reached();
            }
            catch (Exception e) when (StorageState.IsFailure(e))
            {
                if (!stopping.IsCancellationRequested)
                {
                    storage.Lost(e);
                }
            }

            // A container that takes long to list is listed a tenth of the time at the most.
            await BackgroundTasks.DelayAsync(pause > _interval ? pause : _interval, _time, stopping).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(QueueMessage queued, CancellationToken stopping)
    {
        var due = JsonSerializer.Deserialize(queued.Body.ToString(), BlobTriggerJson.Default.BlobTriggerMessage)!;
        if (!_functions.TryGetValue(due.FunctionId, out var function))
        {
            throw new InvalidOperationException($"There is no blob function '{due.FunctionId}' in this host.");
        }

        var blob = new BlobVersion(_service.GetBlobContainerClient(due.ContainerName), due.BlobName);
        if (function.Binding.Data(blob) is not { } data || await ETagAsync(blob, stopping).ConfigureAwait(false) != due.ETag)
        {
            TriggerLog.BlobVersionGone(_logger, blob.Path, function.Function.Name);
            return;
        }

        await _invoker.RunAsync(function.Function, blob, data, stopping).ConfigureAwait(false);
    }

    private static async Task<string?> ETagAsync(BlobVersion blob, CancellationToken cancellation)
    {
        try
        {
            return (await blob.Client.GetPropertiesAsync(cancellationToken: cancellation).ConfigureAwait(false)).Value.ETag.ToString("H");
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound || e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    }
}
