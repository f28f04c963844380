using System.Text.Json;
using Drover.Batches;
using Drover.Simulator;
using Drover.Tests.Batches;
using Drover.Upstreams;

namespace Drover.Tests.Shards;

/// <summary>
/// Whatever form a provider's answers have: no false result, no paid answer thrown away, no batch burnt for a wrong setting.
/// </summary>
public sealed class OddUpstreamTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("error-inside", false, false)]
    [InlineData("choices-null", true, false)]
    [InlineData("choices-empty", true, true)]
    [InlineData("finish-error", true, true)]
    [InlineData("half-body", true, false)]
    public async Task Settle_AnswersThatAreNone_AreNoResults(string name, bool hasCost, bool saysUsage)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(3), new BatchOptions { MaxPasses = 4, MaxRetries = 0 });

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((true, 0, 3, null), (last.IsSettled, last.Tally.Completed, last.Tally.Failed, last.StopReason));
        Assert.Equal(hasCost, last.Tally.CostUsd > 0);
        Assert.InRange(batch.Upstream.Stats.Received, 3, 12);
        Assert.All(await batch.ErrorsAsync(), l => Assert.NotEqual("{}", l.GetRawText()));
        if (saysUsage)
        {
            Assert.Equal(batch.Upstream.Stats.PromptTokens, last.Tally.InputTokens);
        }
    }

    [Theory]
    [InlineData("choices-empty")]
    [InlineData("half-body")]
    public async Task Settle_UnreadableAnswers_AreBoughtTwiceAndCounted(string name)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(3));

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((0, 3), (last.Tally.Completed, last.Tally.Failed));
        Assert.Equal(6, batch.Upstream.Stats.Processed);
        Assert.All(await batch.ErrorsAsync(), l =>
        {
            Assert.Equal(2, l.GetProperty("drover").GetProperty("attempts").GetInt32());
            Assert.True(l.GetProperty("drover").GetProperty("cost_usd").GetDecimal() > 0);
        });
    }

    [Theory]
    [InlineData("error-inside-once", 2)]
    [InlineData("status-498", 3)]
    [InlineData("status-529", 3)]
    [InlineData("html-524", 3)]
    [InlineData("busy-400", 3)]
    public async Task Settle_PassingRefusals_AreResultsInTheEnd(string name, int calls)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(3));

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((true, 3, 0), (last.IsSettled, last.Tally.Completed, last.Tally.Failed));
        Assert.Equal((3, 3 * calls), (batch.Upstream.Stats.Processed, (int)batch.Upstream.Stats.Received));
    }

    [Theory]
    [InlineData("status-201")]
    [InlineData("infinity")]
    [InlineData("nan")]
    [InlineData("bom")]
    [InlineData("float-usage")]
    [InlineData("thinking-tags")]
    [InlineData("thinking-parts")]
    public async Task Run_AnswersInAnotherForm_AreResultsAtTheirCost(string name)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(3));

        var result = await batch.RunAsync();

        var stats = batch.Upstream.Stats;
        Assert.Equal((true, 3, 0), (result.IsSettled, result.Tally.Completed, result.Tally.Failed));
        Assert.Equal((3, stats.CostUsd), (stats.Processed, result.Tally.CostUsd));
        Assert.Equal((stats.PromptTokens, stats.CompletionTokens), (result.Tally.InputTokens, result.Tally.OutputTokens));
        Assert.All(await batch.ResultsAsync(), l => Assert.DoesNotContain(
            "Draft", l.GetProperty("drover").GetProperty("data").GetRawText(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no-usage")]
    [InlineData("usage-null")]
    public async Task Run_UsageThatIsNotStated_IsEstimatedAndSaidToBe(string name)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(3));

        var result = await batch.RunAsync();

        var stats = batch.Upstream.Stats;
        Assert.Equal((3, 3), (result.Tally.Completed, stats.Processed));
        Assert.InRange(result.Tally.CostUsd, stats.CostUsd / 3, stats.CostUsd * 3);
        Assert.All(await batch.ResultsAsync(), l => Assert.True(l.GetProperty("drover").GetProperty("usage_estimated").GetBoolean()));
    }

    // $0.15 per million tokens of a prompt, 0.075 of those from the cache, 0.60 of the answer.
    [Theory]
    [InlineData("cached-beside", 10, 5000, 20)]
    [InlineData("cached-deepseek", 400, 600, 20)]
    [InlineData("cached-anthropic", 10, 5000, 20)]
    public async Task Run_CachedTokens_CostWhatTheProviderTakesForThem(string name, int fresh, int cached, int written)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(2));

        var result = await batch.RunAsync();

        Assert.Equal(2 * ((fresh * 0.15m) + (cached * 0.075m) + (written * 0.60m)) / 1_000_000, result.Tally.CostUsd);
        Assert.Equal(2 * (fresh + cached), result.Tally.InputTokens);
    }

    [Theory]
    [InlineData("moderation")]
    [InlineData("azure-filter")]
    public async Task Run_FlaggedItems_AreTheirOwnErrorsHoweverManyInARow(string name)
    {
        var lines = Enumerable.Range(1, 8).Select(i => TestBatch.Source($"f{i}", $"Text {i} is flagged."));
        await using var batch = await CreateAsync(name, [.. lines, .. TestBatch.Sources(6)]);

        var result = await batch.RunAsync();

        Assert.Equal((true, 6, 8, null), (result.IsSettled, result.Tally.Completed, result.Tally.Failed, result.StopReason));
        Assert.Equal((14, 6), ((int)batch.Upstream.Stats.Received, batch.Upstream.Stats.Processed));
        Assert.All(await batch.ErrorsAsync(), l => Assert.StartsWith("f", l.GetProperty("custom_id").GetString()));
    }

    [Theory]
    [InlineData("openai-404", true)]
    [InlineData("ollama-404", true)]
    [InlineData("vllm-404", true)]
    [InlineData("azure-404", true)]
    [InlineData("anthropic-404", true)]
    [InlineData("gemini-404", true)]
    [InlineData("openrouter-400", true)]
    [InlineData("openai-404", false)]
    [InlineData("ollama-404", false)]
    [InlineData("gemini-404", false)]
    public async Task Settle_AModelThatIsNotThere_StopsTheBatchAndNamesIt(string name, bool areSources)
    {
        var lines = areSources ? TestBatch.Sources(30) : Enumerable.Range(1, 30).Select(i => TestBatch.Request($"{i}"));
        await using var batch = await CreateAsync(name, lines);

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Contains("gpt-4o-mini", last.StopReason);
        Assert.InRange(batch.Upstream.Stats.Received, 1, 10);
        Assert.Empty(await batch.IdsAsync());
    }

    [Theory]
    [InlineData("html-404", true)]
    [InlineData("html-404", false)]
    [InlineData("html-200", true)]
    [InlineData("detail-404", true)]
    [InlineData("detail-404", false)]
    [InlineData("endpoint-200", true)]
    public async Task Settle_AnAddressThatIsNotTheApis_StopsTheBatchAndNamesIt(string name, bool areSources)
    {
        var lines = areSources ? TestBatch.Sources(30) : Enumerable.Range(1, 30).Select(i => TestBatch.Request($"{i}"));
        await using var batch = await CreateAsync(name, lines);

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Contains("/chat/completions", last.StopReason);
        Assert.Contains("such as /v1", last.StopReason);
        Assert.Contains(batch.Upstream.Server.BaseAddress.Authority, last.StopReason);
        Assert.InRange(batch.Upstream.Stats.Received, 1, 10);
        Assert.Empty(await batch.IdsAsync());
    }

    [Fact]
    public async Task Settle_ARedirect_StopsTheBatchAndSaysWhereTo()
    {
        await using var batch = await CreateAsync("redirect", TestBatch.Sources(30));

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Contains("/moved/v1/chat/completions", last.StopReason);
        Assert.InRange(batch.Upstream.Stats.Received, 1, 10);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/v1")]
    [InlineData("http://no-such-host.invalid/v1")]
    public async Task Settle_NobodyThere_StopsTheBatchAndNamesAddressAndSetting(string address)
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(30), upstream: o => o.BaseUrl = address);

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Contains(address, last.StopReason);
        Assert.Contains("Drover:Upstream:BaseUrl", last.StopReason);
        Assert.Empty(await batch.IdsAsync());
    }

    [Fact]
    public async Task Run_TheRouteIsGoneOnceItHasWorked_IsNoWrongSetting()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, [.. TestBatch.Sources(3), TestBatch.Source("gone", "A text (answer as html-404).")], upstream: o => o.Concurrency = 1);

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Equal((true, 3, 1, null), (last.IsSettled, last.Tally.Completed, last.Tally.Failed, last.StopReason));
    }

    [Theory]
    [InlineData("gpt-5", 2)]
    [InlineData("no-schema", 1)]
    [InlineData("no-format", 2)]
    public async Task Run_AModelThatDoesNotTakeEverything_IsAskedSoOnceAndThenInItsWay(string name, int refusals)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(8), upstream: o => o.Concurrency = 1);

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Equal((true, 8, 0), (last.IsSettled, last.Tally.Completed, last.Tally.Failed));
        Assert.Equal((8, 8 + refusals), (batch.Upstream.Stats.Processed, (int)batch.Upstream.Stats.Received));
    }

    [Fact]
    public async Task Run_RequestsThatCallersWrote_AreNeverChanged()
    {
        var line = TestBatch.Request("1").Replace("\"messages\"", "\"max_tokens\":5,\"messages\"", StringComparison.Ordinal);
        await using var batch = await CreateAsync("gpt-5", [line]);

        var result = await batch.RunAsync();

        Assert.Equal((0, 1, 1), (result.Tally.Completed, result.Tally.Failed, (int)batch.Upstream.Stats.Received));
    }

    [Theory]
    [InlineData("thought-out", "500 output tokens for reasoning", "MaxOutputTokens")]
    [InlineData("content-filter", "content filter", "content_filter")]
    public async Task Run_RepliesThatHoldNothing_SayWhyAndAreBooked(string name, string says, string names)
    {
        await using var batch = await CreateAsync(name, TestBatch.Sources(3));

        var result = await batch.RunAsync();

        Assert.Equal((true, 0, 3), (result.IsSettled, result.Tally.Completed, result.Tally.Failed));
        Assert.True(result.Tally.CostUsd > 0);
        Assert.Equal(3, batch.Upstream.Stats.Received);
        Assert.All(await batch.ErrorsAsync(), l =>
        {
            Assert.Contains(says, l.GetRawText());
            Assert.Contains(names, l.GetRawText());
        });
    }

    [Fact]
    public async Task Settle_CallsThatTimeOut_AreMadeTwiceAndThenTheItemsErrorThatNamesTheSetting()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            [.. TestBatch.Sources(2)],
            new SimulatorOptions { FailTimeout = 1 },
            o => o.CallTimeout = TimeSpan.FromMilliseconds(100));

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((true, 0, 2), (last.IsSettled, last.Tally.Completed, last.Tally.Failed));
        Assert.Equal(4, batch.Upstream.Stats.Received);
        Assert.All(await batch.ErrorsAsync(), l => Assert.Contains("Drover:Upstream:CallTimeout", l.GetRawText()));
    }

    [Theory]
    [InlineData("response-failed", false)]
    [InlineData("response-incomplete", true)]
    [InlineData("response-cancelled", true)]
    public async Task Settle_ResponsesThatAreNotFinished_AreNoResults(string name, bool isAtOnce)
    {
        var line = JsonSerializer.Serialize(new
        {
            custom_id = "1",
            method = "POST",
            url = "/v1/responses",
            body = new { model = "gpt-4o-mini", input = "hi", user = "1" },
        });
        await using var batch = await CreateAsync(name, [line], new BatchOptions { MaxPasses = 3, MaxRetries = 0 });

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((0, 1), (last.Tally.Completed, last.Tally.Failed));
        Assert.Equal(isAtOnce ? 1 : 3, batch.Upstream.Stats.Received);
        Assert.True(last.Tally.CostUsd > 0);
    }

    [Fact]
    public async Task Settle_ItemsOfAllOddities_EachEndInOneOutcomeAndWhatWorkedForThemIsCounted()
    {
        string[] names =
        [
            "", "error-inside", "error-inside-once", "choices-null", "choices-empty", "finish-error", "content-filter", "status-201",
            "no-usage", "usage-null", "float-usage", "cached-beside", "cached-anthropic",
            "infinity", "nan", "bom", "half-body", "thought-out",
            "thinking-tags", "moderation", "azure-filter", "detail-422", "status-498", "status-529", "html-524", "busy-400", "html-404",
            "html-200", "detail-404", "endpoint-200", "redirect",
        ];
        var random = new Random(12);
        var lines = Enumerable.Range(1, 300).Select(i => Line($"{i}", i <= 20 ? "" : names[random.Next(names.Length)]));
        await using var batch = await TestBatch.CreateAsync(
            azurite, lines, upstream: o => o.Concurrency = 10, options: new BatchOptions { MaxPasses = 4, MaxRetries = 0 });

        var (last, _) = await batch.SettleAsync(sameProcess: true);

        Assert.Equal((true, null, 300), (last.IsSettled, last.StopReason, last.Tally.Completed + last.Tally.Failed));
        Assert.Equal(Enumerable.Range(1, 300).Select(i => $"{i}"), await batch.IdsAsync());
        var cost = (await batch.ResultsAsync()).Concat(await batch.ErrorsAsync()).ToDictionary(
            l => l.GetProperty("custom_id").GetString()!, l => l.GetProperty("drover").GetProperty("cost_usd").GetDecimal());
        Assert.Equal(last.Tally.CostUsd, cost.Values.Sum());
        Assert.All(batch.Upstream.Server.Stats.Requests(), r =>
        {
            Assert.InRange(r.Seen, 1, 4);
            Assert.True(r.Processed == 0 || cost[r.Id] > 0, r.Id);
        });

        static string Line(string id, string name) => JsonSerializer.Serialize(new
        {
            custom_id = id,
            method = "POST",
            url = "/v1/chat/completions",
            body = new
            {
                model = "gpt-4o-mini",
                user = id,
                messages = new[] { new { role = "user", content = $"A flagged text, number {id} (answer as {name})." } },
            },
        });
    }

    private Task<TestBatch> CreateAsync(
        string name, IEnumerable<string> lines, BatchOptions? options = null, Action<UpstreamOptions>? upstream = null) =>
        TestBatch.CreateAsync(azurite, lines, new SimulatorOptions { AnswerAs = name }, upstream, options);
}
