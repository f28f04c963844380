using Drover.Functions.Orchestration;
using Drover.Functions.Uploads;
using Drover.Functions.Webhooks;

namespace Drover.Functions.Tests.Hosting;

public sealed class OrchestratorTests
{
    [Fact]
    public void All_TheAssembly_HasEveryOrchestratorWithItsInput()
    {
        var found = Orchestrator.All.Values.OrderBy(o => o.Name, StringComparer.Ordinal).Select(o => (o.Name, o.InputType));

        Assert.Equal(
            [
                (nameof(BatchOrchestrator), typeof(BatchRun)),
                (nameof(ImageGatherOrchestrator), typeof(object)),
                (nameof(ImageResultOrchestrator), typeof(ImageResultRun)),
                (nameof(ShardOrchestrator), typeof(ShardRun)),
                (nameof(WebhookOrchestrator), typeof(BatchEvent)),
            ],
            found);
    }
}
