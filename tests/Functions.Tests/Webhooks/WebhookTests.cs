using Drover.Functions.Tests.Hosting;
using Drover.Functions.Webhooks;

namespace Drover.Functions.Tests.Webhooks;

public sealed class WebhookTests
{
    [Fact]
    public async Task Run_ReceiverTakesIt_SendsOnce()
    {
        await using var host = Host(fails: 0, out var batchEvent);

        await host.StartAsync(nameof(WebhookOrchestrator), batchEvent, batchEvent.Id);
        await host.ResultAsync<object?>(batchEvent.Id);

        Assert.Equal([batchEvent], host.Inputs<BatchEvent>(nameof(SendWebhook)));
    }

    [Fact]
    public async Task Run_ReceiverIsDown_SendsTwelveTimesOverHoursAndFails()
    {
        await using var host = Host(fails: 12, out var batchEvent);

        await host.StartAsync(nameof(WebhookOrchestrator), batchEvent, batchEvent.Id);
        var waits = new List<double>();
        for (var i = 1; i < 12; i++)
        {
            waits.Add((await host.NextTimerAsync()).TotalSeconds);
        }

        var end = await host.EndAsync(batchEvent.Id);
        Assert.Equal([10, 30, 90, 270, 810, 2430, 7290, 14400, 14400, 14400, 14400], waits);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(12, host.Calls.Count);
    }

    [Fact]
    public async Task Run_ReceiverComesBack_SendsTheSameEvent()
    {
        await using var host = Host(fails: 2, out var batchEvent);

        await host.StartAsync(nameof(WebhookOrchestrator), batchEvent, batchEvent.Id);
        await host.NextTimerAsync();
        await host.NextTimerAsync();
        await host.ResultAsync<object?>(batchEvent.Id);

        Assert.Equal([batchEvent, batchEvent, batchEvent], host.Inputs<BatchEvent>(nameof(SendWebhook)));
    }

    private static OrchestratorHost Host(int fails, out BatchEvent batchEvent)
    {
        var (host, sent) = (new OrchestratorHost(), 0);
        host.Answer<BatchEvent>(nameof(SendWebhook), _ => sent++ < fails ? throw new HttpRequestException("503") : null);
        batchEvent = BatchEvent.Of("b1", "completed", host.Now, host.Now);
        return host;
    }
}
