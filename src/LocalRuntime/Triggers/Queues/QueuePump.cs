using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Takes messages from one queue and has them handled, a bounded number at once.</summary>
/// <remarks>
/// A message is deleted when it was handled, becomes visible again when that failed, and goes to the poison queue when it
/// failed too often. While storage is away the pump looks again ever less often, up to the longest polling interval.
/// </remarks>
internal sealed class QueuePump
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private readonly QueuePumpOptions _options;
    private readonly Func<QueueMessage, CancellationToken, Task> _handle;
    private readonly TimeProvider _time;
    private readonly QueueClient _queue;
    private readonly MessageSettlement _settlement;
    private readonly StorageState _storage;
    private readonly List<Task> _running = [];
    private volatile TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public QueuePump(
        QueuePumpOptions options,
        Func<QueueClientOptions, QueueServiceClient> connect,
        Func<QueueMessage, CancellationToken, Task> handle,
        TimeProvider time,
        ILogger logger)
    {
        (_options, _handle, _time) = (options, handle, time);
        _settlement = new MessageSettlement(options, connect, time, logger);
        _queue = _settlement.Queue;
        _storage = new StorageState($"Queue '{options.QueueName}'", logger);
    }

    /// <summary>Looks at the queue at once.</summary>
    public void Wake() => _wake.TrySetResult();

    public async Task RunAsync(CancellationToken stopping)
    {
        var wait = FirstWait;
        try
        {
            while (await RoomAsync(stopping).ConfigureAwait(false))
            {
                _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
                var messages = await ReceiveAsync().ConfigureAwait(false);
                if (messages is { Length: > 0 })
                {
                    _running.AddRange(messages.Select(message => HandleAsync(message, stopping)));
                    wait = FirstWait;
                    continue;
                }

                using var slept = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                await Task.WhenAny(Task.Delay(wait, _time, slept.Token), _wake.Task).ConfigureAwait(false);
                await slept.CancelAsync().ConfigureAwait(false);
                wait = _wake.Task.IsCompleted ? FirstWait : Min(wait * 2, _options.Settings.MaxPollingInterval);
            }
        }
        finally
        {
            var running = _running.ToList();
            _running.Clear(); // What failed has failed once, if the pump runs again.
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until another batch may be fetched; false when it is time to stop.</summary>
    private async Task<bool> RoomAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var ended in _running.Where(task => task.IsCompleted).ToList())
            {
                _running.Remove(ended);
                await ended.ConfigureAwait(false);
            }

            if (_running.Count <= _options.Settings.NewBatchThreshold)
            {
                return true;
            }

            // Functions that run are told of a stop, so this ends soon after it.
            await Task.WhenAny(_running).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>The next messages; null when storage is away.</summary>
    private async Task<QueueMessage[]?> ReceiveAsync()
    {
        try
        {
            // Never cancelled: an answer that nobody reads would hide its messages until their lease ends.
            var messages = await _queue.ReceiveMessagesAsync(_options.Settings.BatchSize, _options.Lease, CancellationToken.None)
                .ConfigureAwait(false);
            _storage.Reached();
            return messages.Value;
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return await CreateQueueAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (StorageState.IsFailure(e))
        {
            _storage.Lost(e);
            return null;
        }
    }

    private async Task<QueueMessage[]?> CreateQueueAsync()
    {
        try
        {
            await _queue.CreateIfNotExistsAsync().ConfigureAwait(false);
            return [];
        }
        catch (Exception e) when (StorageState.IsFailure(e))
        {
            _storage.Lost(e);
            return null;
        }
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
        {
            await _settlement.ReturnAsync(message).ConfigureAwait(false);
            return;
        }

        // A host that dies with a message in hand never reports its failure; the count says it all the same.
        if (message.DequeueCount > _options.Settings.MaxDequeueCount)
        {
            await _settlement.FailAsync(message, null).ConfigureAwait(false);
            return;
        }

        using var ended = new CancellationTokenSource();
        var renewing = _settlement.RenewAsync(message, ended.Token);
        Exception? failure = null;
        try
        {
            await _handle(message, stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever a function throws is that message's failure, and is logged with it.
            failure = e;
        }

        await ended.CancelAsync().ConfigureAwait(false);
        var latest = await renewing.ConfigureAwait(false);
        await (failure switch
        {
            null => _settlement.CompleteAsync(latest),
            OperationCanceledException when stopping.IsCancellationRequested => _settlement.ReturnAsync(latest),
            _ => _settlement.FailAsync(latest, failure),
        }).ConfigureAwait(false);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
