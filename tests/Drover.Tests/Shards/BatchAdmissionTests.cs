using Drover.Batches;
using Drover.Shards;
using Drover.Tests.Batches;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Shards;

public sealed class BatchAdmissionTests(AzuriteFixture azurite)
{
    private const string Home = "https://api.example.org/v1";

    [Theory]
    [InlineData(Home, "https://API.example.org:443/v1/", false, true)]
    [InlineData(Home, "https://api.example.org/v2", false, false)]
    [InlineData(Home, Home, true, false)]
    [InlineData("simulator", "http://127.0.0.1:5000", true, true)]
    [InlineData("simulator", "http://127.0.0.1:5000", false, false)]
    [InlineData(null, Home, false, true)]
    public async Task Defer_ABatchOfAnUpstream_RunsThereAlone(string? began, string now, bool simulated, bool runs)
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(1), spec: s => s with { Upstream = began });
        var admission = Of(batch, new UpstreamOptions { BaseUrl = now, Simulated = simulated });

        var deferred = await admission.DeferAsync(TestBatch.Id, 0, 3, default);

        Assert.Equal(runs, deferred is null);
        Assert.Equal(runs, admission.Deferred(TestBatch.Id) is null);
        if (deferred is not null)
        {
            Assert.Equal((false, false, 3), (deferred.IsSettled, deferred.IsWholePass, deferred.Next));
            var refusal = await Assert.ThrowsAsync<BatchRefusedException>(() => admission.CheckAsync(TestBatch.Id, move: false, default));
            Assert.Contains("--move-upstream", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Check_ABatchThatIsMoved_BelongsToTheUpstreamOfNowAndStaysMarkedAsSimulated()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(1), spec: s => s with { Upstream = UpstreamOptions.Simulator, Simulated = true });
        var admission = Of(batch, new UpstreamOptions { BaseUrl = Home });

        await admission.CheckAsync(TestBatch.Id, move: true, default);

        Assert.Null(await admission.RefusalAsync(TestBatch.Id, default));
        var spec = await batch.Store.GetAsync(TestBatch.Id, default);
        Assert.Equal((Home, true), (spec.Upstream, spec.Simulated));
    }

    [Fact]
    public async Task Refusal_OfAnotherBatchThanTheOnlyOne_HoldsUntilItIsClosed()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(1));
        var admission = Of(batch, new UpstreamOptions(), new BatchOptions { Only = "another" });

        Assert.NotNull(await admission.RefusalAsync(BatchSpec.StageId(TestBatch.Id, 1), default));

        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);
        Assert.Null(await admission.RefusalAsync(TestBatch.Id, default));
    }

    private static BatchAdmission Of(TestBatch batch, UpstreamOptions upstream, BatchOptions? options = null) => new(
        batch.Store, batch.NewClaims(), upstream, options ?? new BatchOptions(), TimeProvider.System, NullLogger<BatchAdmission>.Instance);
}
