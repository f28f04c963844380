using Drover.Storage;

namespace Drover.Tests.Storage;

public sealed class ContainerLayoutTests(AzuriteFixture azurite)
{
    [Fact]
    public void IndexName_NewerBatch_SortsFirstAndGivesItsId()
    {
        var moment = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var older = ContainerLayout.IndexName("a-1", moment);
        var newer = ContainerLayout.IndexName("a-1", moment.AddTicks(1));

        Assert.True(string.CompareOrdinal(newer, older) < 0);
        Assert.Equal("a-1", ContainerLayout.IdOfIndexEntry(older));
        Assert.Equal(older, ContainerLayout.IndexName("a-1", moment.ToUniversalTime()));
    }

    [Fact]
    public void Names_OfShards_SortAsTheirNumbers() =>
        Assert.Equal(
            new[] { 0, 9, 10, 99, 100, 99_999 }.Select(i => ContainerLayout.ResultsName("b", i)),
            new[] { 99_999, 100, 99, 10, 9, 0 }.Select(i => ContainerLayout.ResultsName("b", i)).Order(StringComparer.Ordinal));

    [Fact]
    public async Task WriteAsync_OnlyIfAbsent_LeavesWhatIsThere()
    {
        var blob = (await azurite.CreateContainerAsync()).SharedInput("x");

        Assert.True(await blob.WriteAsync("first"u8.ToArray(), onlyIfAbsent: true));
        Assert.False(await blob.WriteAsync("second"u8.ToArray(), onlyIfAbsent: true));
        Assert.Equal("first", (await blob.ReadOrNullAsync())!.ToString());
        Assert.True(await blob.WriteAsync("third"u8.ToArray()));
        Assert.Equal("third", (await blob.ReadOrNullAsync())!.ToString());
    }

    [Fact]
    public async Task ReadOrNullAsync_NotThere_IsNull() =>
        Assert.Null(await (await azurite.CreateContainerAsync()).SharedInput("x").ReadOrNullAsync());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4 * 1024 * 1024)]
    [InlineData(4 * 1024 * 1024 + 1)]
    public async Task WriteStreamAsync_AnyLength_WritesAllOfIt(int length)
    {
        var blob = (await azurite.CreateContainerAsync()).SharedInput("x");
        var content = new byte[length];
        new Random(2).NextBytes(content);

        Assert.Equal(length, await blob.WriteStreamAsync(new MemoryStream(content)));

        Assert.True((await blob.ReadOrNullAsync())!.ToMemory().Span.SequenceEqual(content));
    }
}
