using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Simulator;
using Drover.Storage;
using Drover.Tests.Batches;

namespace Drover.Tests.Shards;

public sealed class ShardRunnerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task RunAsync_AllGoesWell_SettlesTheShard()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(20));

        var result = await batch.RunAsync();

        Assert.Equal((true, 0, true, null), (result.IsSettled, result.Left, result.IsWholePass, result.StopReason));
        Assert.Equal((20, 0, 0), (result.Tally.Completed, result.Tally.Failed, result.Tally.Unrun));
        var stats = batch.Upstream.Stats;
        Assert.Equal((20, 0), (stats.Processed, stats.Repeated));
        Assert.Equal((stats.PromptTokens, stats.CompletionTokens), (result.Tally.InputTokens, result.Tally.OutputTokens));
        Assert.Equal(stats.CostUsd, result.Tally.CostUsd);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), await batch.IdsAsync());
        Assert.All(await batch.ResultsAsync(), l =>
        {
            var drover = l.GetProperty("drover");
            Assert.Equal(1, drover.GetProperty("attempts").GetInt32());
            Assert.Equal(5, drover.GetProperty("data").GetProperty("keywords").GetArrayLength());
            Assert.Equal(200, l.GetProperty("response").GetProperty("status_code").GetInt32());
        });
    }

    [Fact]
    public async Task RunAsync_SettledBefore_CallsNobody()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(5));
        var first = await batch.RunAsync();
        var received = batch.Upstream.Stats.Received;

        var second = await batch.RunAsync(2);

        Assert.Equal((true, first.Tally), (second.IsSettled, second.Tally));
        Assert.Equal(received, batch.Upstream.Stats.Received);
    }

    [Fact]
    public async Task RunAsync_RequestLines_AreSentAsTheyAreAndHaveNoData()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, Enumerable.Range(1, 5).Select(i => TestBatch.Request($"{i}")));

        Assert.True((await batch.RunAsync()).IsSettled);

        Assert.Equal(["1", "2", "3", "4", "5"], batch.Upstream.Server.Stats.Requests().Select(r => r.Id).Order());
        Assert.All(await batch.ResultsAsync(), l => Assert.False(l.GetProperty("drover").TryGetProperty("data", out _)));
    }

    [Fact]
    public async Task RunAsync_StoppedInTheMiddle_TheNextProcessCallsOnlyForTheRest()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(60), new SimulatorOptions { Latency = 5 }, o => o.Concurrency = 2);
        using var stopping = new CancellationTokenSource();
        var run = batch.RunAsync(stopping: stopping.Token);
        await Eventually.TrueAsync(() => batch.Upstream.Stats.Processed >= 5);
        await stopping.CancelAsync();

        var first = await run;
        var second = await batch.RunAsync();

        Assert.Equal((false, false, null), (first.IsSettled, first.IsWholePass, first.StopReason));
        Assert.InRange(first.Left, 1, 55);
        Assert.Equal(60 - first.Left, first.Tally.Settled);
        Assert.Equal((true, 60), (second.IsSettled, second.Tally.Completed));
        Assert.Equal((60, 0), (batch.Upstream.Stats.Processed, batch.Upstream.Stats.Repeated));
        Assert.Equal(Enumerable.Range(1, 60).Select(i => $"{i}"), await batch.IdsAsync());
    }

    [Fact]
    public async Task RunAsync_CancelledBefore_WritesCancelledLinesAndCallsNobody()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(5));
        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);

        var result = await batch.RunAsync();

        Assert.Equal((true, 5), (result.IsSettled, result.Tally.Unrun));
        Assert.Equal(0, batch.Upstream.Stats.Received);
        Assert.All(await batch.ErrorsAsync(), l => Assert.Equal(
            """{"code":"batch_cancelled","message":"This request was not executed because the batch was cancelled."}""",
            l.GetProperty("error").GetRawText()));
    }

    [Fact]
    public async Task RunAsync_CancelledMeanwhile_KeepsWhatIsDoneAndClosesTheRest()
    {
        var time = new FakeTimeProvider();
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(200), upstream: o => o.RequestsPerMinute = 6, time: time);
        var run = batch.RunAsync();
        await Eventually.TrueAsync(() => batch.Upstream.Stats.Processed >= 1 && batch.Upstream.Throttle.InFlight == 0);
        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);

        time.Advance(TimeSpan.FromSeconds(2)); // When it looks for the mark. The rate grants one call, and the next after ten seconds.

        var result = await run;
        Assert.True(result.IsSettled);
        Assert.Equal((1, 0, 199), (result.Tally.Completed, result.Tally.Failed, result.Tally.Unrun));
        Assert.Equal((1, 1), (batch.Upstream.Stats.Received, batch.Upstream.Stats.Processed));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => $"{i}"), await batch.IdsAsync());
    }

    [Fact]
    public async Task RunAsync_Expired_WritesExpiredLinesAndCallsNobody()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(5), spec: s => s with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) });

        var result = await batch.RunAsync();

        Assert.Equal((true, 5), (result.IsSettled, result.Tally.Unrun));
        Assert.Equal(0, batch.Upstream.Stats.Received);
        Assert.All(await batch.ErrorsAsync(), l => Assert.Equal(
            """{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}""",
            l.GetProperty("error").GetRawText()));
    }

    [Fact]
    public async Task RunAsync_LastPass_WritesTheErrorOfTheLastAttempt()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            [.. TestBatch.Sources(3), TestBatch.Source("bad", "POISON")],
            new SimulatorOptions { Poison = "POISON" },
            options: new BatchOptions { MaxPasses = 3, MaxRetries = 0 });

        for (var pass = 1; pass <= 2; pass++)
        {
            var result = await batch.RunAsync(pass);
            Assert.Equal((false, 1, true, null), (result.IsSettled, result.Left, result.IsWholePass, result.StopReason));
            Assert.True(result.ComeBackAt <= DateTimeOffset.UtcNow.AddSeconds(1));
        }

        var last = await batch.RunAsync(3);

        Assert.Equal((true, 3, 1), (last.IsSettled, last.Tally.Completed, last.Tally.Failed));
        var error = Assert.Single(await batch.ErrorsAsync());
        Assert.Equal("bad", error.GetProperty("custom_id").GetString());
        Assert.Equal(500, error.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal(3, error.GetProperty("drover").GetProperty("attempts").GetInt32());
        Assert.Equal(6, batch.Upstream.Stats.Received);
    }

    [Fact]
    public async Task RunAsync_OnlyItemsThatFailAreLeft_IsNoOutageOfTheUpstream()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            Enumerable.Range(1, 100).Select(i => TestBatch.Source($"{i}", i % 3 == 0 ? $"POISON {i}" : $"Herd {i}.")),
            new SimulatorOptions { Poison = "POISON" });

        for (var pass = 1; pass <= 3; pass++)
        {
            var result = await batch.RunAsync(pass);
            Assert.Equal((true, 33, "closed"), (result.IsWholePass, result.Left, batch.Upstream.Client.State.Circuit));
        }

        Assert.Equal(100 + 33 + 33, batch.Upstream.Stats.Received);
    }

    [Fact]
    public async Task RunAsync_ResultInALaterPass_CountsTheAttemptsBeforeIt()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(1), new SimulatorOptions { Fail500 = 1 });
        Assert.False((await batch.RunAsync()).IsSettled);
        batch.Upstream.Server.Options = new SimulatorOptions();

        Assert.True((await batch.RunAsync(2)).IsSettled);

        Assert.Equal(2, Assert.Single(await batch.ResultsAsync()).GetProperty("drover").GetProperty("attempts").GetInt32());
    }

    [Fact]
    public async Task RunAsync_RejectedItem_IsAnErrorAtOnce()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, [TestBatch.Request("1"), """{"custom_id":"2","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini"}}"""]);

        var result = await batch.RunAsync();

        Assert.Equal((true, 1, 1), (result.IsSettled, result.Tally.Completed, result.Tally.Failed));
        var error = Assert.Single(await batch.ErrorsAsync());
        Assert.Equal(400, error.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal(JsonValueKind.Null, error.GetProperty("error").ValueKind);
        Assert.Equal(2, batch.Upstream.Stats.Received);
    }

    [Fact]
    public async Task RunAsync_WrongKey_StopsTheBatchAfterAFewCallsAndWritesNoOutcome()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(300), new SimulatorOptions { Keys = ["sk-good"] });

        var result = await batch.RunAsync();

        Assert.StartsWith("The upstream refused the API key (401 ", result.StopReason);
        Assert.DoesNotContain("sk-test", result.StopReason);
        Assert.Equal((false, 300), (result.IsSettled, result.Left));
        Assert.InRange(batch.Upstream.Stats.Received, 1, 5);
        Assert.Empty(await batch.IdsAsync());
    }

    [Fact]
    public async Task RunAsync_WrongKeyInTheLastPass_StopsAndLosesNoItem()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(3), new SimulatorOptions { Keys = ["sk-good"] }, options: new BatchOptions { MaxPasses = 1 });

        Assert.NotNull((await batch.RunAsync()).StopReason);
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { Keys = [] };

        Assert.Equal((true, 3), ((await batch.RunAsync()) is var again && again.IsSettled, again.Tally.Completed));
    }

    [Fact]
    public async Task RunAsync_UnknownModelOfTheBatch_StopsTheBatch()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(50), upstream: o => o.Concurrency = 2, spec: s => s with { Model = "nobody" });

        var result = await batch.RunAsync();

        Assert.StartsWith("The upstream does not know the model 'nobody': ", result.StopReason);
        Assert.InRange(batch.Upstream.Stats.Received, 1, 10);
        Assert.Empty(await batch.IdsAsync());
    }

    [Fact]
    public async Task RunAsync_UnknownModelOfOneSource_IsItsError()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            [TestBatch.Source("1", "text"), TestBatch.Source("2", "text", "gpt-4.1")],
            new SimulatorOptions { Models = [new SimulatedModel("gpt-4o-mini", 1, 1)] });

        var result = await batch.RunAsync();

        Assert.Equal((true, 1, 1, null), (result.IsSettled, result.Tally.Completed, result.Tally.Failed, result.StopReason));
        Assert.Equal(404, Assert.Single(await batch.ErrorsAsync()).GetProperty("response").GetProperty("status_code").GetInt32());
    }

    [Fact]
    public async Task RunAsync_ErrorsAndResets_AllItemsEndWithAResult()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(400), new SimulatorOptions { Fail500 = 0.03, FailResetBefore = 0.03, FailResetAfter = 0.03 });

        var (last, _) = await batch.SettleAsync();

        Assert.Equal((true, 400, 0), (last.IsSettled, last.Tally.Completed, last.Tally.Failed));
        Assert.Equal(Enumerable.Range(1, 400).Select(i => $"{i}"), await batch.IdsAsync());
        var stats = batch.Upstream.Stats;
        Assert.True(stats.Faults["500"] > 0 && stats.ResetsBefore > 0 && stats.ResetsAfter > 0);
        Assert.Equal(stats.ResetsAfter, stats.Repeated); // Only what was lost behind the upstream's back is paid twice.
    }

    [Fact]
    public async Task RunAsync_LongRetryAfter_HandsBackWithTheTimeToComeBack()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(50), new SimulatorOptions { Fail429 = 1, RetryAfter = 30 }, o => o.Concurrency = 1);
        var before = DateTimeOffset.UtcNow;

        var result = await batch.RunAsync();

        Assert.Equal((false, 50, false, null), (result.IsSettled, result.Left, result.IsWholePass, result.StopReason));
        Assert.InRange(result.ComeBackAt, before.AddSeconds(29), DateTimeOffset.UtcNow.AddSeconds(31));
        Assert.InRange(batch.Upstream.Stats.Received, 1, 2);
    }

    [Fact]
    public async Task RunAsync_UpstreamDown_StopsSendingAndCountsNoPass()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(200), new SimulatorOptions { Down = true }, o => (o.ConnectionRetries, o.Concurrency) = (0, 5));

        var down = await batch.RunAsync();

        Assert.Equal((false, 200, false, null), (down.IsSettled, down.Left, down.IsWholePass, down.StopReason));
        Assert.InRange(batch.Upstream.Stats.Down, 1, 5);
        Assert.Empty(await batch.IdsAsync());
    }

    [Fact]
    public async Task RunAsync_SliceIsSpent_HandsBackAndCountsNoPass()
    {
        var time = new FakeTimeProvider();
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(20),
            upstream: o => o.RequestsPerMinute = 60,
            options: new BatchOptions { PassSlice = TimeSpan.FromSeconds(5) }, time: time);
        var run = batch.RunAsync();
        await Eventually.TrueAsync(() =>
        {
            if (batch.Upstream.Throttle.InFlight == 0 && batch.Upstream.Stats.Processed > 0)
            {
                time.Advance(TimeSpan.FromMilliseconds(10));
            }

            return run.IsCompleted;
        });

        var result = await run;

        Assert.Equal((false, false, null), (result.IsSettled, result.IsWholePass, result.StopReason));
        Assert.InRange(result.Tally.Completed, 1, 6);
        Assert.Equal(20 - result.Tally.Completed, result.Left);
        Assert.True(result.ComeBackAt <= time.GetUtcNow());
    }

    [Fact]
    public async Task RunAsync_PassCutShort_NextRunBeginsWhereItLeftOff()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(10), new SimulatorOptions { Poison = "drovers", Fail500 = 1 });

        var end = await batch.NewRunner().RunAsync(TestBatch.Id, 0, 1, default, from: 8);

        Assert.Equal((2, true, 10), ((int)batch.Upstream.Stats.Received, end.IsWholePass, end.Next));
        Assert.Equal(10, end.Left);
    }

    [Fact]
    public async Task RunAsync_UpstreamAway_NextIsTheFirstThatWasNotSent()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(10), new SimulatorOptions { Down = true }, o => (o.ConnectionRetries, o.Concurrency) = (0, 3));

        var end = await batch.RunAsync();

        Assert.False(end.IsWholePass);
        Assert.InRange(end.Next, 1, 9);
    }

    [Fact]
    public async Task RunAsync_UpstreamAsksForLongerThanTheWindow_ComesBackWhenItEnds()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(1), new SimulatorOptions { Fail429 = 1, RetryAfter = 3600 },
            o => o.LongestPause = TimeSpan.FromHours(1), spec: s => s with { ExpiresAt = s.CreatedAt.AddMinutes(10) });

        Assert.Equal(batch.Spec.ExpiresAt, (await batch.RunAsync()).ComeBackAt);
    }

    [Fact]
    public async Task RunAsync_SpoolOfAProcessThatDied_IsRecoveredAndNotCalledAgain()
    {
        var folder = Directory.CreateTempSubdirectory("drover-spool-");
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(10), options: new BatchOptions { SpoolPath = folder.FullName });
        using (var spool = Spool.For(batch.Options, batch.Spec, 0)!)
        {
            foreach (var id in new[] { "2", "5", "5", "of another batch" })
            {
                spool.TryWrite(Foreign(id));
            }
        }

        File.AppendAllText(Assert.Single(folder.GetFiles()).FullName, "R{\"custom_id\":\"7\",\"err"); // It died in this line.

        var result = await batch.RunAsync();

        Assert.Equal((true, 10), (result.IsSettled, result.Tally.Completed));
        Assert.Equal(8, batch.Upstream.Stats.Received);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"{i}"), await batch.IdsAsync());
        Assert.Empty(folder.GetFiles());
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task RunAsync_UnreadableReply_IsAnErrorThatKeepsTheReplyAndItsCost()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(3), new SimulatorOptions { FailTruncated = 1 });

        var result = await batch.RunAsync();

        Assert.Equal((true, 3), (result.IsSettled, result.Tally.Failed));
        Assert.Equal(batch.Upstream.Stats.CostUsd, result.Tally.CostUsd);
        Assert.All(await batch.ErrorsAsync(), l =>
        {
            Assert.Equal("unreadable_reply", l.GetProperty("error").GetProperty("code").GetString());
            var content = l.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message")
                .GetProperty("content");
            Assert.StartsWith("{", content.GetString());
        });
    }

    [Fact]
    public async Task RunAsync_FencedAndWrappedReplies_AreRead()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(10), new SimulatorOptions { FailFenced = 0.5, FailWrapped = 0.5 });

        Assert.Equal(10, (await batch.RunAsync()).Tally.Completed);
    }

    [Fact]
    public async Task RunAsync_AnotherRunWroteMeanwhile_StopsCallingAndPaysNothingTwice()
    {
        var folder = Directory.CreateTempSubdirectory("drover-spool-");
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            TestBatch.Sources(120),
            new SimulatorOptions { Latency = 5 },
            o => o.Concurrency = 1,
            new BatchOptions { SpoolPath = folder.FullName, AppendInterval = TimeSpan.FromMilliseconds(1) });
        // Written once the run has read that there is nothing, and before it appends.
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { FailTimeout = 1, TimeoutSeconds = 2 };
        var run = batch.RunAsync();
        await Eventually.TrueAsync(() => batch.Upstream.Stats.Faults.GetValueOrDefault("Timeout") == 1);
        await batch.Blobs.Results(TestBatch.Id, 0).CreateAsync();
        await batch.Blobs.Results(TestBatch.Id, 0).AppendBlockAsync(new MemoryStream(Foreign("120").Line));
        batch.Upstream.Server.Options = batch.Upstream.Server.Options with { FailTimeout = 0 };

        var fenced = await run;

        Assert.Equal((false, false, null), (fenced.IsSettled, fenced.IsWholePass, fenced.StopReason));
        Assert.Equal(["120"], await batch.IdsAsync());
        Assert.InRange(batch.Upstream.Stats.Received, 2, 80); // Not all 120: it stopped.

        var (last, _) = await batch.SettleAsync();

        Assert.Equal(120, last.Tally.Completed);
        Assert.Equal(Enumerable.Range(1, 120).Select(i => $"{i}"), await batch.IdsAsync());
        Assert.Equal((119, 0), (batch.Upstream.Stats.Processed, batch.Upstream.Stats.Repeated));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task RunAsync_TwoRunsAtOnce_LeaveOneLineAnItem()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(50), new SimulatorOptions { Latency = 2 }, options: new BatchOptions { AppendItems = 5 });

        await Task.WhenAll(batch.RunAsync(), batch.RunAsync());
        await batch.SettleAsync();

        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"{i}"), await batch.IdsAsync());
    }

    [Fact]
    public async Task RunAsync_SeveralShardsWithDuplicatesAndPriorities_GiveOneLineAnItem()
    {
        string[] lines =
            [
                .. TestBatch.Sources(25), TestBatch.Source("3", "again"), """{"id":"first","text":"x","priority":9}""",
                .. TestBatch.Sources(5)
            ];
        await using var batch = await TestBatch.CreateAsync(azurite, lines, options: new BatchOptions { ShardItems = 10 });
        var ids = new List<string>();
        for (var shard = 0; shard < batch.Plan.Shards; shard++)
        {
            Assert.True((await batch.RunAsync(shard: shard)).IsSettled);
            ids.AddRange(await batch.IdsAsync(shard));
        }

        Assert.Equal(["first", .. Enumerable.Range(1, 25).Select(i => $"{i}")], ids);
        Assert.Equal(26, batch.Upstream.Stats.Processed);
    }

    [Fact]
    public async Task RunAsync_InputWasChanged_Throws()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(5));
        await batch.Blobs.SharedInput("in").WriteAsync(Encoding.UTF8.GetBytes(string.Concat(TestBatch.Sources(3).Select(l => l + "\n"))));

        var exception = await Assert.ThrowsAsync<BrokenBatchException>(() => batch.RunAsync());

        Assert.Equal(
            "Shard 0 of batch 'b' should hold 5 items and holds 3: the input 'inputs/in' was changed after it was planned.",
            exception.Message);
    }

    [Fact]
    public async Task RunAsync_UnknownRecipe_Throws()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(1), spec: s => s with { Recipe = "gone" });

        var exception = await Assert.ThrowsAsync<BrokenBatchException>(() => batch.RunAsync());

        Assert.Equal("Batch 'b' asks for the recipe 'gone'; there are extract, chat, copy, document, answer.", exception.Message);
    }

    [Fact]
    public async Task ReadTallyAsync_HereAndElsewhere_GivesTheSameCounts()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(5));
        var claims = batch.NewClaims();

        Assert.Equal(Tally.Zero, await batch.NewClaims().ReadTallyAsync(TestBatch.Id, 0, default));
        var result = await batch.NewRunner(claims).RunAsync(TestBatch.Id, 0, 1, default).WithinPatience();

        Assert.Equal(result.Tally, await claims.ReadTallyAsync(TestBatch.Id, 0, default));
        Assert.Equal(result.Tally, await batch.NewClaims().ReadTallyAsync(TestBatch.Id, 0, default));
    }

    private static PendingOutcome Foreign(string id) => PendingOutcome.FromLine(
        Encoding.UTF8.GetBytes($$$"""{"custom_id":"{{{id}}}","error":null,"drover":{"input_tokens":1}}""" + "\n"), isError: false);
}
