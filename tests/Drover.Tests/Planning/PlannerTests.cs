using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Json;
using Drover.Planning;
using Drover.Storage;
using Drover.Tests.Batches;

namespace Drover.Tests.Planning;

public sealed class PlannerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task PlanAsync_Sources_GivesShardsAndCounts()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, items) = await PlanAsync(blobs, Sources(10), new BatchOptions { ShardItems = 4, OpenShards = 3 });

        Assert.Equal(new BatchPlan(3, 10, 0, 3), plan);
        Assert.Equal([4, 4, 2], items.Select(s => s.Count));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"{i}"), items.SelectMany(s => s));
        Assert.Empty(await InvalidAsync(blobs));
    }

    [Fact]
    public async Task PlanAsync_BadLines_AreErrorsByNumberAndTheRestGoesOn()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, items) = await PlanAsync(blobs, [
            .. "not json\n"u8, .. Source("a"), .. "\n"u8, .. "{\"text\":\"x\"}\r\n"u8, .. "  \t\n"u8, 0xFF, .. "\n"u8, .. Source("b"),
            .. "[1"u8,
        ]);

        Assert.Equal(new BatchPlan(1, 2, 4, 16), plan);
        Assert.Equal(["a", "b"], Assert.Single(items));
        Assert.Equal(
            [(1, "invalid_json_line"), (4, "invalid_request"), (6, "invalid_json_line"), (8, "invalid_json_line")],
            await InvalidAsync(blobs));
    }

    [Fact]
    public async Task PlanAsync_DuplicatesWithinAndAcrossShards_RunTheFirstOnly()
    {
        var blobs = await azurite.CreateContainerAsync();
        string[] ids = ["a", "b", "a", "c", "d", "b", "e", "e", "a", "f", "c"];
        var (plan, items) = await PlanAsync(blobs, Join(ids.Select(id => Source(id))), new BatchOptions { ShardItems = 3 });

        Assert.Equal((2, 6, 5), (plan.Shards, plan.Items, plan.Invalid));
        Assert.Equal(["a", "b", "c", "d", "e", "f"], items.SelectMany(s => s));
        Assert.Equal(
            [.. new[] { 3, 6, 8, 9, 11 }.Select(line => (line, "duplicate_custom_id"))],
            await InvalidAsync(blobs));
        Assert.Equal(
            "Line 6: The id 'b' was used on line 2 already; each must be unique.",
            JsonElement.Parse((await blobs.InvalidLines("b").ReadOrNullAsync())!.ToString().Split('\n')[1]).GetProperty("error")
                .GetProperty("message").GetString());
    }

    [Fact]
    public async Task PlanAsync_DuplicateOfAnotherPriority_RunsTheFirstOnly()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, items) = await PlanAsync(
            blobs, Join([Source("a"), Source("x", 9), Source("a", 9), Source("y", 9), Source("b"), Source("x")]));

        Assert.Equal((2, 4, 2), (plan.Shards, plan.Items, plan.Invalid));
        Assert.Equal([["x", "y"], ["a", "b"]], items);
    }

    [Fact]
    public async Task PlanAsync_LineOf20MB_IsAnErrorLineInNoRange()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, items) = await PlanAsync(
            blobs, Join([Source("a"), Encoding.ASCII.GetBytes(new string('x', 20_000_000) + "\n"), Source("b")]));

        Assert.Equal((2, 2, 1), (plan.Shards, plan.Items, plan.Invalid));
        Assert.Equal([["a"], ["b"]], items);
        Assert.Equal([(2, "line_too_long")], await InvalidAsync(blobs));
        for (var i = 0; i < plan.Shards; i++)
        {
            Assert.InRange((await new Planner(blobs, new(), TestBatch.Selector).ReadShardAsync(Spec(), i, default)).Length, 1, 1000);
        }
    }

    [Fact]
    public async Task PlanAsync_ItemLongerThanAShard_HasAShardOfItsOwn()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, items) = await PlanAsync(
            blobs, Join([Source("a"), Source("long", text: new string('x', 500_000)), Source("b")]),
            new BatchOptions { ShardBytes = 1024 });

        Assert.Equal((3, 3), (plan.Shards, plan.Items));
        Assert.Equal([["a"], ["long"], ["b"]], items);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\n\r\n   \n\t\n")]
    public async Task PlanAsync_NoLineAtAll_IsAProblem(string text)
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, _) = await PlanAsync(blobs, Encoding.UTF8.GetBytes(text));

        Assert.Equal("The input is empty: it holds no line with an item.", plan.Problem);
        Assert.Equal((0, 0, 0), (plan.Shards, plan.Items, plan.Invalid));
    }

    [Fact]
    public async Task PlanAsync_InputIsGone_IsAProblem()
    {
        var blobs = await azurite.CreateContainerAsync();

        Assert.Equal(
            "The input 'inputs/in' is not in storage (any more).",
            (await new Planner(blobs, new(), TestBatch.Selector).PlanAsync(Spec(), default)).Problem);
    }

    [Fact]
    public async Task PlanAsync_OnlyBadLines_HasNoShardsAndNoProblem()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, _) = await PlanAsync(blobs, "1\n2\n3"u8.ToArray());

        Assert.Equal(new BatchPlan(0, 0, 3, 16), plan);
        Assert.Equal([1, 2, 3], (await InvalidAsync(blobs)).Select(l => l.Number));
        Assert.Equal(plan, await new Planner(blobs, new(), TestBatch.Selector).PlanAsync(Spec(), default));
    }

    [Theory]
    [InlineData("\uFEFF", "\n", true)]
    [InlineData("", "\r\n", true)]
    [InlineData("\uFEFF", "\r\n", false)]
    [InlineData("", "\n", false)]
    public async Task PlanAsync_MarkAndLineEnds_ChangeNothing(string mark, string end, bool endsLast)
    {
        var blobs = await azurite.CreateContainerAsync();
        var lines = Enumerable.Range(1, 7).Select(i => $$"""{"id":"{{i}}","text":"x"}""");

        var (plan, items) = await PlanAsync(
            blobs, Encoding.UTF8.GetBytes(mark + string.Join(end, lines) + (endsLast ? end : "")), new BatchOptions { ShardItems = 3 });

        Assert.Equal((3, 7, 0), (plan.Shards, plan.Items, plan.Invalid));
        Assert.Equal(Enumerable.Range(1, 7).Select(i => $"{i}"), items.SelectMany(s => s));
    }

    [Fact]
    public async Task ReadShardAsync_ThePlanLostAndTheOptionsChanged_CutsItTheSame()
    {
        var blobs = await azurite.CreateContainerAsync();
        var spec = Spec() with { Cut = new ShardSizes(3, 4096, 4096) };
        await blobs.ByName(spec.Input).WriteAsync(Sources(10));
        var first = await new Planner(blobs, new(), TestBatch.Selector).PlanAsync(spec, default);
        var shard = await new Planner(blobs, new(), TestBatch.Selector).ReadShardAsync(spec, 2, default);
        await blobs.Plan(spec.Id).DeleteAsync();

        var again = await new Planner(blobs, new BatchOptions { ShardItems = 7 }, TestBatch.Selector).ReadShardAsync(spec, 2, default);

        Assert.Equal(4, first.Shards);
        Assert.Equal(shard, again);
        await Assert.ThrowsAsync<BrokenBatchException>(
            () => new Planner(blobs, new(), TestBatch.Selector).ReadShardAsync(spec, 4, default));
    }

    [Fact]
    public async Task PlanAsync_Again_FindsThePlanAlthoughTheOptionsChanged()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (first, items) = await PlanAsync(blobs, Sources(10), new BatchOptions { ShardItems = 3, OpenShards = 5 });

        var changed = new BatchOptions { ShardItems = 7, OpenShards = 9 };
        var second = await new Planner(blobs, changed, TestBatch.Selector).PlanAsync(Spec(), default);

        Assert.Equal(first with { Window = 9 }, second); // How many are open at once is no part of how they were cut.
        Assert.Equal(items, await ItemsAsync(blobs, second));
    }

    [Fact]
    public async Task GetAsync_CannotBePlanned_Throws() =>
        Assert.Equal(
            "The input 'inputs/in' is not in storage (any more).",
            (await Assert.ThrowsAsync<BrokenBatchException>(
                async () =>
                    await new Planner(await azurite.CreateContainerAsync(), new(), TestBatch.Selector).GetAsync(Spec(), default))).Message);

    [Fact]
    public async Task ReadShardAsync_PlanWasLost_PlansAgain()
    {
        var blobs = await azurite.CreateContainerAsync();
        var (plan, items) = await PlanAsync(blobs, Sources(10), new BatchOptions { ShardItems = 3 });
        var planner = new Planner(blobs, new BatchOptions { ShardItems = 3 }, TestBatch.Selector);
        var before = await planner.ReadShardAsync(Spec(), 2, default);
        await blobs.Plan("b").DeleteAsync();

        Assert.Equal(before, await planner.ReadShardAsync(Spec(), 2, default));
        Assert.Equal(items, await ItemsAsync(blobs, plan));
    }

    [Fact]
    public async Task PlanAsync_ModelsWithoutAPrice_AreRunAndOneThatCannotBeChosenIsAnErrorLine()
    {
        await using var batch = await TestBatch.CreateAsync(azurite,
        [
            TestBatch.Source("1", "One."),
            TestBatch.Source("2", "Two.", "gpt-99"),
            TestBatch.Source("3", "Three.", "gpt-4o"),
            TestBatch.Request("4").Replace("gpt-4o-mini", "gpt-99", StringComparison.Ordinal),
            TestBatch.Source("5", "Five.", "auto"),
            TestBatch.Request("6"),
        ]);

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((5, 1), (batch.Plan.Items, batch.Plan.Invalid));
        Assert.True(last.IsSettled);
        Assert.Equal(["1", "2", "3", "4", "6"], await batch.IdsAsync());
        var errors = Lines.Of((await batch.Blobs.InvalidLines(TestBatch.Id).ReadOrNullAsync())!.ToMemory())
            .Select(l => JsonElement.Parse(l.Line.Span).GetProperty("error"))
            .Select(e => (e.GetProperty("line").GetInt32(), e.GetProperty("code").GetString(), e.GetProperty("item_id").GetString()));
        Assert.Equal([(5, "no_suitable_model", "5")], errors);
    }

    [Fact]
    public async Task ReadShardAsync_BeyondThePlan_Throws()
    {
        var blobs = await azurite.CreateContainerAsync();
        await PlanAsync(blobs, Sources(3));

        await Assert.ThrowsAnyAsync<Exception>(() => new Planner(blobs, new(), TestBatch.Selector).ReadShardAsync(Spec(), 1, default));
    }

    [Fact]
    public async Task PlanAsync_RandomInputs_CoversEveryItemExactlyOnceInOrder()
    {
        var random = new Random(23);
        for (var round = 0; round < 12; round++)
        {
            var expected = new List<(string Id, int Priority)>();
            var input = new List<byte[]>();
            var invalid = 0;
            for (var line = random.Next(200); line >= 0; line--)
            {
                var id = $"{random.Next(150)}";
                var priority = random.Next(4) == 0 ? random.Next(10) : 0;
                switch (random.Next(10))
                {
                    case 0:
                        input.Add(Encoding.UTF8.GetBytes(new string(' ', random.Next(5)) + "\r\n"));
                        break;
                    case 1:
                        input.Add("{bad\n"u8.ToArray());
                        invalid++;
                        break;
                    case 2:
                        input.Add(Encoding.UTF8.GetBytes(new string('x', random.Next(2_000, 5_000)) + "\n"));
                        invalid++;
                        break;
                    default:
                        input.Add(Source(id, priority, new string('é', random.Next(1, 300))));
                        if (expected.Any(e => e.Id == id))
                        {
                            invalid++;
                        }
                        else
                        {
                            expected.Add((id, priority));
                        }

                        break;
                }
            }

            var blobs = await azurite.CreateContainerAsync();
            var options = new BatchOptions { ShardItems = random.Next(1, 30), ShardBytes = random.Next(1024, 20_000), MaxLineBytes = 1900 };
            var (plan, items) = await PlanAsync(blobs, Join(input), options);

            Assert.Equal(invalid, plan.Invalid);
            Assert.Equal(expected.Count, plan.Items);
            Assert.Equal(expected.OrderByDescending(e => e.Priority).Select(e => e.Id), items.SelectMany(s => s));
            Assert.All(items, s => Assert.InRange(s.Count, 1, options.ShardItems));
        }
    }

    private static async Task<(BatchPlan Plan, List<List<string>> Items)> PlanAsync(
        ContainerLayout blobs, byte[] input, BatchOptions? options = null)
    {
        await blobs.SharedInput("in").WriteStreamAsync(new MemoryStream(input));
        var plan = await new Planner(blobs, options ?? new BatchOptions(), TestBatch.Selector).PlanAsync(Spec(), default);
        return (plan, await ItemsAsync(blobs, plan));
    }

    /// <summary>The ids of each shard's items, read as a run reads them.</summary>
    private static async Task<List<List<string>>> ItemsAsync(ContainerLayout blobs, BatchPlan plan)
    {
        var planner = new Planner(blobs, new BatchOptions(), TestBatch.Selector);
        var input = (await blobs.SharedInput("in").ReadOrNullAsync())!.ToMemory();
        var shards = new List<List<string>>();
        for (var i = 0; i < plan.Shards; i++)
        {
            var shard = await planner.ReadShardAsync(Spec(), i, default);
            var skips = shard.Skips ? await planner.ReadSkipsAsync("b", shard, default) : new HashSet<int>();
            var ids = new List<string>();
            foreach (var (offset, line) in Lines.Of(input.Slice((int)shard.Offset, shard.Length)))
            {
                if (!skips.Contains(offset) && ItemReader.Read(line, out _) is { } item && item.Priority == shard.Priority)
                {
                    ids.Add(item.Id);
                }
            }

            Assert.Equal(shard.Items, ids.Count);
            shards.Add(ids);
        }

        return shards;
    }

    private static async Task<List<(int Number, string? Code)>> InvalidAsync(ContainerLayout blobs) =>
    [
        .. Lines.Of((await blobs.InvalidLines("b").ReadOrNullAsync())!.ToMemory())
            .Select(l => JsonElement.Parse(l.Line.Span).GetProperty("error"))
            .Select(e => (e.GetProperty("line").GetInt32(), e.GetProperty("code").GetString())),
    ];

    private static byte[] Sources(int count) => Join(Enumerable.Range(1, count).Select(i => Source($"{i}")));

    private static byte[] Source(string id, int priority = 0, string text = "x") =>
        Encoding.UTF8.GetBytes($$$"""{"id":"{{{id}}}","text":"{{{text}}}","priority":{{{priority}}}}""" + "\n");

    private static byte[] Join(IEnumerable<byte[]> lines) => [.. lines.SelectMany(l => l)];

    private static BatchSpec Spec() => new()
    {
        Id = "b",
        Input = "inputs/in",
        Recipe = "extract",
        Model = "gpt-4o-mini",
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.MaxValue,
    };
}
