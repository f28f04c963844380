using Drover.Simulator;

namespace Drover.Tests.Streams;

/// <summary>Whatever the upstream does to a stream, the client sees one that is whole.</summary>
public sealed class RelayTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Start_NothingBreaks_PassesEachEventOnUnderAnIdOfItsOwn()
    {
        await using var streams = await TestStreams.StartAsync(azurite);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));

        var transcript = await TestStreams.ReadAsync(hub, id);

        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
        Assert.True(transcript.IsDone);
        Assert.Equal(transcript.Ids.Count, transcript.Ids.Distinct().Count());
        Assert.All(transcript.Ids, i => Assert.StartsWith(id, i, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, false, 0, false)]
    [InlineData(2, false, 0, true)]
    [InlineData(3, false, 0, false)]
    [InlineData(2, false, 12, false)]
    [InlineData(2, true, 0, true)]
    public async Task Start_StreamsCutInTheMiddle_AreIdenticalToTheUncutText(int cuts, bool noPrefix, int overlap, bool odd)
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions
        {
            FailStreamCut = 1,
            MostFaults = cuts,
            NoPrefix = noPrefix,
            PrefixOverlap = overlap,
            OddFrames = odd,
            AnswerWords = 120,
            TokenDelay = 1,
        });
        var hub = streams.Hub();
        await Parallel.ForEachAsync(Enumerable.Range(0, 14), new ParallelOptions { MaxDegreeOfParallelism = 14 }, async (i, _) =>
        {
            var user = $"{cuts}{noPrefix}{overlap}-{i}";
            var id = await TestStreams.StartAsync(hub, TestStreams.Chat(user));
            var transcript = await TestStreams.ReadAsync(hub, id);

            Assert.True(transcript.Error is null, transcript.Error?.GetRawText());
            var (result, _) = await streams.Upstream.CallAsync(System.Text.Encoding.UTF8.GetString(TestStreams.Chat(user).Body.Span)
                .Replace("\"stream\":true,\"stream_options\":{\"include_usage\":true},", "", StringComparison.Ordinal));
            var uncut = System.Text.Json.JsonDocument.Parse(result.Body).RootElement;
            Assert.Equal(uncut.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), transcript.Text);
            Assert.Equal("stop", transcript.FinishReason);
            Assert.True(transcript.IsDone);
            Assert.Equal(1, transcript.Roles);
            Assert.Single(transcript.AnswerIds);
            // What the calls wrote adds up to the text, or to more where it was begun anew; each had the prompt.
            var paid = transcript.Usage!.Value;
            var prompt = uncut.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();
            Assert.InRange(paid.GetProperty("prompt_tokens").GetInt32(), 2 * prompt, int.MaxValue);
            var written = uncut.GetProperty("usage").GetProperty("completion_tokens").GetInt32();
            Assert.InRange(
                paid.GetProperty("completion_tokens").GetInt32(), written,
                noPrefix ? (cuts + 1) * written : written + (cuts * ((overlap / 2) + 2)));
        });
        Assert.True(streams.Upstream.Stats.Faults["StreamCut"] >= 14 * cuts);
    }

    [Fact]
    public async Task Start_TheUpstreamFallsSilent_GoesOnInAnotherCall()
    {
        await using var streams = await TestStreams.StartAsync(
            azurite, new SimulatorOptions { FailStreamStall = 1, MostFaults = 1 }, o => o.SilenceTimeout = TimeSpan.FromMilliseconds(300));
        var hub = streams.Hub();

        var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, TestStreams.Chat("1")));

        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
        Assert.True(transcript.IsDone);
    }

    [Theory]
    [InlineData("Fail500")]
    [InlineData("Fail429")]
    [InlineData("FailResetBefore")]
    public async Task Start_TheUpstreamFailsAtFirst_IsTriedAgain(string fault)
    {
        await using var streams = await TestStreams.StartAsync(azurite, With(fault) with { MostFaults = 2, RetryAfter = 0.05 });
        var hub = streams.Hub();

        var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, TestStreams.Chat("1")));

        streams.Simulator.Options = new SimulatorOptions();
        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
    }

    [Fact]
    public async Task Start_TheUpstreamStaysDown_EndsWithAnErrorAndTheTextSoFar()
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions { FailStreamCut = 1, TokenDelay = 10 });
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        var transcript = await TestStreams.ReadAsync(hub, id, enough: t =>
        {
            streams.Simulator.Options = streams.Simulator.Options with { FailStreamCut = 0, Fail503 = 1 };
            return t.Error is not null;
        });

        Assert.Equal("service_unavailable_error", transcript.Error!.Value.GetProperty("code").GetString());
        Assert.Contains(
            "It was tried again 5 times.", transcript.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(transcript.Text);
        Assert.StartsWith(transcript.Text, await UncutAsync(streams), StringComparison.Ordinal);
        Assert.Equal(5, streams.Upstream.Stats.Faults["503"]);

        static async Task<string> UncutAsync(TestStreams streams)
        {
            streams.Simulator.Options = streams.Simulator.Options with { Fail503 = 0 };
            return await streams.UncutAsync("1");
        }
    }

    [Fact]
    public async Task Start_ACallOfToolsIsCut_EndsWithAnErrorInsteadOfASecondCall()
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions { FailStreamCut = 1 });
        var hub = streams.Hub();
        var request = TestStreams.Chat(
            "1",
            ""","tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}}],"tool_choice":"required" """);

        var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, request));

        Assert.Contains("cannot be continued", transcript.Error!.Value.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, streams.Upstream.Stats.Processed);
    }

    [Fact]
    public async Task Start_ABadRequest_IsRefusedAsTheUpstreamRefusesIt()
    {
        await using var streams = await TestStreams.StartAsync(azurite);
        var start = streams.Hub().Start(TestStreams.Chat("1", ",\"temperature\":9"));

        var refusal = await start.Opened.WithinPatience();

        Assert.Equal(400, refusal!.Status);
        Assert.Equal(1, streams.Upstream.Stats.Received);
    }

    private static SimulatorOptions With(string fault) => fault switch
    {
        "Fail500" => new SimulatorOptions { Fail500 = 1 },
        "Fail429" => new SimulatorOptions { Fail429 = 1 },
        _ => new SimulatorOptions { FailResetBefore = 1 },
    };
}
