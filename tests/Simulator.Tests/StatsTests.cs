using System.Text.Json;

namespace Drover.Simulator.Tests;

public sealed class StatsTests
{
    [Fact]
    public async Task Stats_Calls_AreCountedAndPricedExactly()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Models = [new("a", 2m, 8m), new("b", 0.08m, 0.42m)] });

        foreach (var (model, item) in new[] { ("a", "1"), ("a", "2"), ("b", "2"), ("b", "2"), ("c", "3") })
        {
            await upstream.ChatAsync($$"""{"model":"{{model}}","max_tokens":10,"messages":[{"role":"user","content":"12345678"}]}""", item);
        }

        var stats = await Upstream.JsonAsync(await upstream.GetAsync("stats"));
        Assert.Equal((5, 4, 0), (Count(stats, "received"), Count(stats, "processed"), Count(stats, "rejected")));
        Assert.Equal((8, 40), (Count(stats, "promptTokens"), Count(stats, "completionTokens")));
        Assert.Equal((2, 2), (Count(stats, "distinct"), Count(stats, "repeated")));
        Assert.Equal((4, 1), (Count(stats.GetProperty("byStatus"), "200"), Count(stats.GetProperty("byStatus"), "404")));
        Assert.Equal(((4 * 2m) + (20 * 8m) + (4 * 0.08m) + (20 * 0.42m)) / 1_000_000, stats.GetProperty("costUsd").GetDecimal());
        Assert.Equal(0.00000872m, stats.GetProperty("models").GetProperty("b").GetProperty("costUsd").GetDecimal());
    }

    [Fact]
    public async Task StatsRequests_Min_ListsWhatWasRepeated()
    {
        await using var upstream = await Upstream.StartAsync();
        foreach (var item in new[] { "once", "twice", "twice", "thrice", "thrice", "thrice" })
        {
            await upstream.ChatAsync(Upstream.Body("hi"), item);
        }

        var list = (await Upstream.JsonAsync(await upstream.GetAsync("stats/requests?min=2"))).GetProperty("requests");
        var bad = await upstream.GetAsync("stats/requests?min=many");

        Assert.Equal("""[{"id":"thrice","processed":3,"seen":3},{"id":"twice","processed":2,"seen":2}]""", JsonSerializer.Serialize(list));
        Assert.Equal(400, (int)bad.StatusCode);
    }

    [Theory]
    [InlineData("\"user\":\"u1\"", "u1")]
    [InlineData("\"metadata\":{\"id\":\"m1\"}", "m1")]
    [InlineData("\"user\":\"u1\",\"metadata\":{\"id\":\"m1\"}", "u1")]
    public async Task Identity_WithoutHeader_IsInTheBody(string member, string id)
    {
        await using var upstream = await Upstream.StartAsync();

        await upstream.ChatAsync(Upstream.Body("hi", member));
        await upstream.ChatAsync(Upstream.Body("hi again", member), "header");

        Assert.Equal([id, "header"], upstream.Stats.Requests().Select(request => request.Id).OrderByDescending(name => name.Length < 6));
    }

    [Fact]
    public async Task Identity_OfNothingElse_IsTheBodysHash()
    {
        await using var upstream = await Upstream.StartAsync();

        await upstream.ChatAsync(Upstream.Body("hi"));
        await upstream.ChatAsync(Upstream.Body("hi"));
        await upstream.ChatAsync(Upstream.Body("ho"));

        Assert.Equal([1, 2], upstream.Stats.Requests().Select(request => request.Processed).Order());
        Assert.All(upstream.Stats.Requests(), request => Assert.Matches("^[0-9a-f]{16}$", request.Id));
    }

    [Fact]
    public async Task KeepNames_False_ShowsHashes()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { KeepNames = false });

        await upstream.ChatAsync(Upstream.Body("hi"), "name");

        Assert.Matches("^[0-9a-f]{16}$", Assert.Single(upstream.Stats.Requests()).Id);
    }

    [Fact]
    public async Task Record_File_HoldsWhatWasProcessed()
    {
        var file = Path.GetTempFileName();
        await using (var upstream = await Upstream.StartAsync(new SimulatorOptions { Record = file, FailResetBefore = 0.5 }))
        {
            for (var i = 0; i < 20; i++)
            {
                await Record.ExceptionAsync(() => upstream.ChatAsync(Upstream.Body("hi") + "\n", $"item-{i}"));
            }

            var lines = (await ReadAsync(file)).Split(
                '\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
            Assert.Equal(
                upstream.Stats.Requests().Select(request => request.Id),
                lines.Select(line => line.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
            Assert.All(lines, line => Assert.Equal(Upstream.Body("hi"), line.GetProperty("body").GetRawText()));
            Assert.InRange(lines.Count, 1, 19);
        }

        File.Delete(file);

        static async Task<string> ReadAsync(string file)
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task StatsReset_Post_StartsAnew()
    {
        await using var upstream = await Upstream.StartAsync();
        await upstream.ChatAsync(Upstream.Body("hi"));

        await upstream.PostAsync("stats/reset", "");

        var stats = upstream.Stats.Snapshot();
        Assert.Equal((0, 0, 0, 0m, 0), (stats.Received, stats.Processed, stats.Distinct, stats.CostUsd, stats.MaxConcurrency));
        Assert.Empty(upstream.Stats.Requests());
        Assert.Empty(stats.Seconds);
    }

    [Fact]
    public async Task Stats_ManyClientsAtOnce_LoseNothing()
    {
        await using var upstream = await Upstream.StartAsync();

        await Parallel.ForAsync(
            0, 2000, TestContext.Current.CancellationToken,
            async (i, _) => await upstream.ChatTextAsync(Upstream.Body("hi"), $"item-{i % 1500}"));

        var stats = upstream.Stats.Snapshot();
        Assert.Equal((2000, 2000, 1500, 500), (stats.Received, stats.Processed, stats.Distinct, stats.Repeated));
        Assert.Equal(500, upstream.Stats.Requests(min: 2).Count);
    }

    private static int Count(JsonElement stats, string name) => stats.GetProperty(name).GetInt32();
}
