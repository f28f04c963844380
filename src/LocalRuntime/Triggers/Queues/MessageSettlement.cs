using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>What becomes of a message: its lease is renewed, it is deleted, given back, or moved to the poison queue.</summary>
/// <remarks>Nothing here throws when storage fails: the message then becomes visible by itself and is handled again.</remarks>
internal sealed class MessageSettlement
{
    private readonly QueuePumpOptions _options;
    private readonly QueueClient _poison;
    private readonly QueueClient _rawPoison;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public MessageSettlement(
        QueuePumpOptions options, Func<QueueClientOptions, QueueServiceClient> connect, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        var encoded = new QueueClientOptions { MessageEncoding = options.Settings.MessageEncoding };
        encoded.MessageDecodingFailed += OnUnreadableAsync;
        var service = connect(encoded);
        Queue = service.GetQueueClient(options.QueueName);
        _poison = service.GetQueueClient(options.PoisonQueueName);
        _rawPoison = connect(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None })
            .GetQueueClient(options.PoisonQueueName);
    }

    public QueueClient Queue { get; }

    public Task CompleteAsync(QueueMessage message) =>
        TryAsync(message, "deleted", () => Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt));

    /// <summary>Gives a message back that was not handled because the host stops.</summary>
    public Task ReturnAsync(QueueMessage message) => ShowAsync(message, TimeSpan.Zero);

    /// <summary>The next try, or the poison queue when there have been enough.</summary>
    public Task FailAsync(QueueMessage message, Exception? failure)
    {
        if (failure is not null)
        {
            TriggerLog.MessageFailed(
                _logger, failure, message.MessageId, _options.QueueName, message.DequeueCount, _options.Settings.MaxDequeueCount);
        }

        if (message.DequeueCount < _options.Settings.MaxDequeueCount)
        {
            return ShowAsync(message, _options.Settings.VisibilityTimeout);
        }

        TriggerLog.MessagePoisoned(_logger, message.MessageId, _options.QueueName, message.DequeueCount, _options.PoisonQueueName);
        return PoisonAsync(message, _poison);
    }

    /// <summary>Keeps a message invisible until told to end; returns it with its latest receipt.</summary>
    public async Task<QueueMessage> RenewAsync(QueueMessage message, CancellationToken ended)
    {
        while (true)
        {
            await BackgroundTasks.DelayAsync(_options.Lease / 2, _time, ended).ConfigureAwait(false);
            if (ended.IsCancellationRequested)
            {
                return message;
            }

            await TryAsync(message, "kept", async () =>
            {
                var update = await Queue.UpdateMessageAsync(
                    message.MessageId, message.PopReceipt, (string?)null, _options.Lease, CancellationToken.None).ConfigureAwait(false);
                message = message.Update(update);
            }).ConfigureAwait(false);
        }
    }

    private Task ShowAsync(QueueMessage message, TimeSpan after) =>
        TryAsync(message, "given back", () => Queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, after));

    private Task PoisonAsync(QueueMessage message, QueueClient poison) => TryAsync(message, "moved", async () =>
    {
        await poison.CreateIfNotExistsAsync().ConfigureAwait(false);
        // Forever: a dead letter must not vanish by itself.
        await poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1)).ConfigureAwait(false);
        await Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt).ConfigureAwait(false);
    });

    private Task OnUnreadableAsync(QueueMessageDecodingFailedEventArgs args)
    {
        var message = args.ReceivedMessage;
        if (message is null)
        {
            return Task.CompletedTask;
        }

        TriggerLog.MessageUnreadable(_logger, message.MessageId, _options.QueueName, _options.PoisonQueueName);
        return PoisonAsync(message, _rawPoison);
    }

    private async Task TryAsync(QueueMessage message, string step, Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception e) when (StorageState.IsFailure(e))
        {
            TriggerLog.MessageNotSettled(_logger, message.MessageId, _options.QueueName, step, StorageState.Reason(e));
        }
    }
}
