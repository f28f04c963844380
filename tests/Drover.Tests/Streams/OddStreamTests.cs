using System.Diagnostics;
using Drover.Simulator;

namespace Drover.Tests.Streams;

/// <summary>Streams in the odd forms that providers have: the client sees one that is whole, paid for once.</summary>
public sealed class OddStreamTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("stream-plain-type")]
    [InlineData("stream-no-type")]
    [InlineData("stream-capital-type")]
    [InlineData("stream-whole")]
    [InlineData("stream-no-done")]
    [InlineData("stream-heartbeats")]
    [InlineData("stream-float-created")]
    [InlineData("no-usage")]
    public async Task Start_AStreamInAnotherForm_IsWholeAfterOneCall(string name)
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions { AnswerAs = name });
        var hub = streams.Hub();
        var watch = Stopwatch.StartNew();

        var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, TestStreams.Chat("1")));

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 15);
        Assert.Null(transcript.Error);
        Assert.Equal(("stop", true, 1), (transcript.FinishReason, transcript.IsDone, streams.Upstream.Stats.Processed));
        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
    }

    [Fact]
    public async Task Start_AnErrorInAChunksChoice_IsTakenAsABreakAndContinued()
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions { AnswerAs = "stream-chunk-error-once" });
        var hub = streams.Hub();

        var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, TestStreams.Chat("1")));

        Assert.Null(transcript.Error);
        Assert.Equal(("stop", true, 2), (transcript.FinishReason, transcript.IsDone, streams.Upstream.Stats.Processed));
        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
    }

    [Fact]
    public async Task Start_AnErrorInEveryCall_IsNeverACompletedStream()
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions { AnswerAs = "stream-chunk-error" });
        var hub = streams.Hub(o => o.ReconnectTries = 2);

        var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, TestStreams.Chat("1")));

        Assert.NotNull(transcript.Error);
        Assert.NotEqual("stop", transcript.FinishReason);
        Assert.InRange(streams.Upstream.Stats.Processed, 2, 60);
    }

    [Theory]
    [InlineData("html-404")]
    [InlineData("error-inside")]
    [InlineData("ollama-404")]
    public async Task Start_ARefusal_IsAnsweredAsOne(string name)
    {
        await using var streams = await TestStreams.StartAsync(azurite, new SimulatorOptions { AnswerAs = name });
        var hub = streams.Hub(o => o.ReconnectTries = 1);
        var start = hub.Start(TestStreams.Chat("1"));

        var refusal = await start.Opened.WithinPatience();
        var error = refusal?.ErrorMessage
            ?? (await TestStreams.ReadAsync(hub, start.Id)).Error!.Value.GetProperty("message").GetString();

        Assert.NotEmpty(error!);
        Assert.Equal(0, streams.Upstream.Stats.Processed);
    }
}
