using Drover.Batches;
using Drover.Storage;

namespace Drover.Tests.Batches;

public sealed class BatchStoreTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task ListAsync_SeveralBatches_AreNewestFirst()
    {
        var store = new BatchStore(await azurite.CreateContainerAsync());
        foreach (var minutes in new[] { 3, 1, 5, 2, 4 })
        {
            await store.CreateAsync(Spec($"b{minutes}", Start.AddMinutes(minutes)), default);
        }

        Assert.Equal(["b5", "b4", "b3", "b2", "b1"], await IdsAsync(store, null));
        Assert.Equal(["b3", "b2", "b1"], await IdsAsync(store, "b4"));
        Assert.Empty(await IdsAsync(store, "b1"));
    }

    [Fact]
    public async Task ListAsync_PageByPage_GivesEachBatchOnceAlsoAmongThoseOfOneMoment()
    {
        var store = new BatchStore(await azurite.CreateContainerAsync());
        foreach (var i in Enumerable.Range(0, 9))
        {
            await store.CreateAsync(Spec($"b{i}", Start.AddSeconds(i / 3)), default);
        }

        var seen = new List<string>();
        for (string? after = null; ; after = seen[^1])
        {
            var page = await store.ListAsync(after, default).Take(2).Select(s => s.Id).ToListAsync();
            if (page.Count == 0)
            {
                break;
            }

            seen.AddRange(page);
        }

        Assert.Equal(Enumerable.Range(0, 9).Select(i => $"b{i}"), seen.Order());
        Assert.Equal(9, seen.Count);
    }

    [Fact]
    public async Task ListAsync_EntryWithoutASpec_IsPassedOver()
    {
        var blobs = await azurite.CreateContainerAsync();
        var store = new BatchStore(blobs);
        await blobs.IndexEntry("half", Start).WriteAsync(default);
        await store.CreateAsync(Spec("whole", Start), default);

        Assert.Equal(["whole"], await IdsAsync(store, null));
    }

    [Fact]
    public async Task CreateAsync_SecondOfOneId_FindsTheFirstAndIsListedOnce()
    {
        var blobs = await azurite.CreateContainerAsync();
        var first = await new BatchStore(blobs).CreateAsync(Spec("b", Start), default);
        var second = await new BatchStore(blobs).CreateAsync(Spec("b", Start.AddHours(1)), default);

        Assert.Equal((true, false), (first.Created, second.Created));
        Assert.Equal(first.Spec, second.Spec);
        Assert.Equal(["b"], await IdsAsync(new BatchStore(blobs), null));
    }

    [Fact]
    public async Task CreateAsync_ManyAtOnce_OneCreates()
    {
        var blobs = await azurite.CreateContainerAsync();

        var created = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            i => new BatchStore(blobs).CreateAsync(Spec("b", Start.AddSeconds(i)), default)));

        Assert.Single(created, c => c.Created);
        Assert.Single(created.Select(c => c.Spec.CreatedAt).Distinct());
    }

    [Fact]
    public async Task GetAsync_NotThere_SaysWhichBlobIsMissing()
    {
        var store = new BatchStore(await azurite.CreateContainerAsync());

        Assert.Null(await store.FindAsync("b", default));
        Assert.Equal(
            "Batch 'b' has no spec in storage (batches/b/batch.json).",
            (await Assert.ThrowsAsync<BrokenBatchException>(() => store.GetAsync("b", default))).Message);
    }

    [Fact]
    public async Task CloseAsync_Reason_IsReadByOthers()
    {
        var blobs = await azurite.CreateContainerAsync();
        Assert.Null(await new BatchStore(blobs).ClosingAsync("b", default));

        await new BatchStore(blobs).CloseAsync("b", BatchStatus.Cancelled, default);

        Assert.Equal("cancelled", await new BatchStore(blobs).ClosingAsync("b", default));
    }

    [Fact]
    public async Task WriteFinalAsync_Record_ComesBackAsItWas()
    {
        var blobs = await azurite.CreateContainerAsync();
        var record = new FinalRecord("failed", "why", 10, 2, new Tally(5, 3, 2, 100, 50, 0.123456789m), Start);
        Assert.Null(await new BatchStore(blobs).FindFinalAsync("b", default));

        await new BatchStore(blobs).WriteFinalAsync("b", record, default);

        Assert.Equal(record, await new BatchStore(blobs).FindFinalAsync("b", default));
    }

    [Theory]
    [InlineData("validating", false)]
    [InlineData("in_progress", false)]
    [InlineData("finalizing", false)]
    [InlineData("cancelling", false)]
    [InlineData("completed", true)]
    [InlineData("failed", true)]
    [InlineData("expired", true)]
    [InlineData("cancelled", true)]
    [InlineData("stopped", true)]
    public void IsEnd_Status_SaysWhetherItRunsNoMore(string status, bool expected) => Assert.Equal(expected, BatchStatus.IsEnd(status));

    private static async Task<List<string>> IdsAsync(BatchStore store, string? after) =>
        await store.ListAsync(after, default).Select(s => s.Id).ToListAsync();

    private static BatchSpec Spec(string id, DateTimeOffset createdAt) => new()
    {
        Id = id,
        Input = "inputs/in",
        Recipe = "extract",
        Model = "m",
        CreatedAt = createdAt,
        ExpiresAt = createdAt.AddDays(1),
    };
}
