using Azure.Core;
using Azure.Storage.Blobs;
using Drover.Budgets;
using Drover.Storage;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Budgets;

/// <summary>One process with a ledger of its own, and an upstream that is paid the moment a call is sent.</summary>
internal sealed class Spender : IAsyncDisposable
{
    private readonly WebhookSender _webhooks;
    private readonly CancellationTokenSource _killed = new();

    public Spender(
        AzuriteFixture azurite, ContainerLayout blobs, BudgetOptions options, FailingStorage? storage = null, TimeProvider? time = null)
    {
        var client = new BlobClientOptions();
        client.Retry.MaxRetries = 0;
        if (storage is not null)
        {
            client.AddPolicy(storage, HttpPipelinePosition.PerRetry);
        }

        Options = options;
        time ??= TimeProvider.System;
        _webhooks = new WebhookSender(time, NullLogger<WebhookSender>.Instance);
        var own = new ContainerLayout(new BlobServiceClient(azurite.ConnectionString, client).GetBlobContainerClient(blobs.Container.Name));
        Ledger = new SpendLedger(own, options, _webhooks, time, new Random(1), NullLogger<SpendLedger>.Instance);
    }

    public SpendLedger Ledger { get; }

    public BudgetOptions Options { get; }

    /// <summary>Makes one call, if it is granted.</summary>
    /// <param name="till">Counts what is paid.</param>
    /// <param name="item">The item.</param>
    /// <param name="latency">How long the upstream takes.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="loses">Whether the answer is lost.</param>
    public async Task<SpendAnswer> CallAsync(Till till, string item, TimeSpan latency, string batch = "b", bool loses = false)
    {
        var cost = Till.CostOf(item);
        var answer = await Ledger.ReserveAsync(batch, item, cost * 3, _killed.Token);
        if (answer is SpendAnswer.Granted { Reservation: var reservation })
        {
            if (_killed.IsCancellationRequested)
            {
                return answer;
            }

            till.Pay(item);
            await Task.Delay(latency, _killed.Token);
            if (loses)
            {
                reservation.Lost();
            }
            else
            {
                reservation.Settle(cost);
                till.Answer(item);
            }
        }

        return answer;
    }

    public void Kill()
    {
        _killed.Cancel();
        Ledger.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        _webhooks.Dispose();
        _killed.Dispose();
    }
}
