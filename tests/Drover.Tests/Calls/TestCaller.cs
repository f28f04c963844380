using Azure.Storage.Blobs;
using Drover.Budgets;
using Drover.Calls;
using Drover.Models;
using Drover.Storage;
using Drover.Upstreams;
using Drover.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Calls;

/// <summary>Makes callers for tests.</summary>
internal static class TestCaller
{
    /// <summary>A caller for which no budget holds: its ledger is never asked, so it needs no storage.</summary>
    public static ModelCaller Unlimited(UpstreamPool upstreams, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var nowhere = new ContainerLayout(new BlobContainerClient(new Uri("http://127.0.0.1:9/nowhere/drover")));
        var webhooks = new WebhookSender(time, NullLogger<WebhookSender>.Instance);
        var ledger = new SpendLedger(nowhere, new BudgetOptions(), webhooks, time, new Random(1), NullLogger<SpendLedger>.Instance);
        return new ModelCaller(upstreams, new ModelCatalogue(), ledger, new BudgetOptions(), time, NullLogger<ModelCaller>.Instance);
    }
}
