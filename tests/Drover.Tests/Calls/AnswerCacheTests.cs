using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Calls;
using Drover.Simulator;
using Drover.Storage;
using Drover.Tests.Batches;
using Drover.Tests.Budgets;

namespace Drover.Tests.Calls;

public sealed class AnswerCacheTests(AzuriteFixture azurite)
{
    private const int Distinct = 20;

    [Fact]
    public async Task RunAsync_DuplicatesInShardsThatRunAtOnce_AreCalledOnceAndCostOnce()
    {
        await using var batch = await StartAsync(cache: true, new SimulatorOptions { Latency = 20 });
        var runner = batch.NewRunner();

        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(shard => runner.RunAsync(TestBatch.Id, shard, 1, default)))
            .WithinPatience();

        var stats = batch.Upstream.Stats;
        Assert.Equal((Distinct, 3 * Distinct), (stats.Received, results.Sum(r => r.Tally.Completed)));
        Assert.Equal((stats.CostUsd, stats.PromptTokens), (results.Sum(r => r.Tally.CostUsd), results.Sum(r => r.Tally.InputTokens)));
        var lines = (await Task.WhenAll(batch.ResultsAsync(0), batch.ResultsAsync(1), batch.ResultsAsync(2))).SelectMany(l => l).ToList();
        var cached = lines.Where(l => l.GetProperty("drover").TryGetProperty("cached", out _)).ToList();
        Assert.Equal((3 * Distinct, 2 * Distinct), (lines.Count, cached.Count));
        Assert.All(
            cached,
            l =>
                Assert.Equal(
                    (0, 0m),
                    (
                        l.GetProperty("drover").GetProperty("attempts").GetInt32(),
                        l.GetProperty("drover").GetProperty("cost_usd").GetDecimal())));
        Assert.All(
            lines.GroupBy(l => l.GetProperty("custom_id").GetString()!.Split('-')[0]),
            same => Assert.Single(same.Select(l => l.GetProperty("response").GetProperty("body").GetRawText()).Distinct()));
    }

    [Fact]
    public async Task RunAsync_InAnotherProcess_TakesTheAnswersOfBeforeUntilTheyExpire()
    {
        await using var batch = await StartAsync(cache: true);
        await batch.SettleAsync(0);
        await batch.SettleAsync(1);
        Assert.Equal(Distinct, batch.Upstream.Stats.Received);

        await new AnswerCache(batch.Blobs, new CacheOptions { Expiry = TimeSpan.FromHours(1) }, TimeProvider.System).PurgeAsync(default);
        Assert.Equal(Distinct, await CountAsync(batch.Blobs));
        await new AnswerCache(batch.Blobs, new CacheOptions { Expiry = TimeSpan.FromHours(1) }, new ShiftedTime(TimeSpan.FromHours(2)))
            .PurgeAsync(default);
        Assert.Equal(0, await CountAsync(batch.Blobs));
        await batch.SettleAsync(2);

        Assert.Equal(2 * Distinct, batch.Upstream.Stats.Received);
    }

    [Fact]
    public async Task RunAsync_WithoutTheFlag_CallsEach()
    {
        await using var batch = await StartAsync(cache: false);

        await batch.SettleAsync(0);
        await batch.SettleAsync(1);

        Assert.Equal((2 * Distinct, 0), (batch.Upstream.Stats.Received, await CountAsync(batch.Blobs)));
    }

    [Fact]
    public async Task RunAsync_TheFirstOfThemFails_TheOthersTryForThemselves()
    {
        await using var batch = await StartAsync(
            cache: true, new SimulatorOptions { Poison = "same", Latency = 20 }, ["same", "same", "same"]);

        var failed = await batch.RunAsync();
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Poison = null };
        var (last, _) = await batch.SettleAsync();

        Assert.Equal((3, 3 + 1), (failed.Left, batch.Upstream.Stats.Received));
        Assert.Equal(3, last.Tally.Completed);
    }

    // Three shards, each with the same twenty requests.
    private Task<TestBatch> StartAsync(bool cache, SimulatorOptions? simulator = null, IReadOnlyList<string>? identities = null)
    {
        identities ??= [.. Enumerable.Range(0, 3 * Distinct).Select(i => $"{i % Distinct}")];
        return TestBatch.CreateAsync(
            azurite,
            identities.Select((identity, i) => TestBatch.Request(identity)
                .Replace($"\"custom_id\":\"{identity}\"", $"\"custom_id\":\"{identity}-{i}\"", StringComparison.Ordinal)),
            simulator,
            options: new BatchOptions { ShardItems = Distinct },
            spec: s => s with { Cache = cache });
    }

    private static async Task<int> CountAsync(ContainerLayout blobs) =>
        await blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ContainerLayout.CachePrefix, default).CountAsync();
}
