using Drover.Access;
using Drover.Simulator;
using Drover.Streams;

namespace Drover.Tests.Streams;

/// <summary>A stream belongs to nobody's connection and to no process.</summary>
public sealed class StreamHubTests(AzuriteFixture azurite)
{
    private static readonly Caller Host = Caller.OfHost;
    private static readonly Caller Alice = new("alice", SeesAll: false);

    private static readonly SimulatorOptions Slow = new() { TokenDelay = 10, AnswerWords = 60 };

    [Fact]
    public async Task ReadAsync_ALostReader_GoesOnAfterItsLastEvent()
    {
        await using var streams = await TestStreams.StartAsync(azurite, Slow);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));

        var transcript = await TestStreams.ReadAsync(hub, id, enough: t => t.Ids.Count == 3);
        await TestStreams.ReadAsync(hub, id, transcript.LastId, transcript, t => t.Ids.Count == 9);
        await TestStreams.ReadAsync(hub, id, transcript.LastId, transcript);

        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
        Assert.True(transcript.IsDone);
        Assert.Equal(transcript.Ids.Count, transcript.Ids.Distinct().Count());
        Assert.Equal(StreamReadingKind.AtEnd, (await hub.ReadAsync(id, Host, StreamPosition.Parse(transcript.LastId!), default)).Kind);
    }

    [Fact]
    public async Task ReadAsync_InAnotherProcess_FollowsTheOneThatRelays()
    {
        await using var streams = await TestStreams.StartAsync(azurite, Slow);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        var transcript = await TestStreams.ReadAsync(hub, id, enough: t => t.Ids.Count == 3);
        var other = streams.Hub();
        await Eventually.TrueAsync(
            async () =>
                (await other.ReadAsync(id, Host, StreamPosition.Parse(transcript.LastId!), default)).Kind == StreamReadingKind.Open);

        await TestStreams.ReadAsync(other, id, transcript.LastId, transcript);

        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
        Assert.Equal(0, other.Running);
        Assert.Equal(2, streams.Upstream.Stats.Processed); // The stream, once, and the plain call beside it.
    }

    [Fact]
    public async Task ReadAsync_WithAnotherKey_IsNoStreamWhereverItRunsAndTakesNothingOver()
    {
        await using var streams = await TestStreams.StartAsync(azurite, Slow);
        var (hub, other) = (streams.Hub(), streams.Hub());
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1", key: "alice"));
        await Eventually.TrueAsync(
            async () => (await other.ReadAsync(id, Alice, null, default)).Kind == StreamReadingKind.Open, "the log");

        async Task AssertNoneAsync(StreamHub of)
        {
            var bob = new Caller("bob", SeesAll: false);
            Assert.Equal(StreamReadingKind.NoStream, (await of.ReadAsync(id, bob, null, default)).Kind);
            Assert.Null(await of.CancelAsync(id, bob, default));
        }

        await AssertNoneAsync(hub);
        await AssertNoneAsync(other);
        await hub.StopAsync(default);
        await AssertNoneAsync(other);
        Assert.Equal(0, other.Running);
        Assert.Equal(StreamReadingKind.Open, (await other.ReadAsync(id, Alice, null, default)).Kind);
        foreach (var caller in (Caller[])[new("Alice", SeesAll: false), new("root", SeesAll: true), Host])
        {
            Assert.Equal(StreamReadingKind.Open, (await other.ReadAsync(id, caller, null, default)).Kind);
        }

        Assert.Equal("cancelled", await streams.Hub().CancelAsync(id, Alice, default));
    }

    [Fact]
    public async Task ReadAsync_AfterItsProcessHasStopped_IsContinuedByTheReaders()
    {
        await using var streams = await TestStreams.StartAsync(azurite, Slow);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        var transcript = await TestStreams.ReadAsync(hub, id, enough: t => t.Ids.Count == 6);
        await hub.StopAsync(default);

        var other = streams.Hub();
        var second = TestStreams.ReadAsync(other, id);
        await TestStreams.ReadAsync(other, id, transcript.LastId, transcript);

        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
        Assert.Equal(transcript.Text, (await second).Text);
        Assert.Single(transcript.AnswerIds);
        Assert.Equal(3, streams.Upstream.Stats.Processed);
    }

    [Fact]
    public async Task ReadAsync_WhatOnlyTheSpoolHas_IsNotLost()
    {
        await using var streams = await TestStreams.StartAsync(azurite, Slow);
        var folder = Directory.CreateTempSubdirectory("drover-streams-").FullName;
        var hub = streams.Hub(o => o.SpoolPath = folder);
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        var transcript = await TestStreams.ReadAsync(hub, id, enough: t => t.Ids.Count == 6);
        var copy = Directory.CreateTempSubdirectory("drover-streams-").FullName;
        File.WriteAllBytes(Path.Combine(copy, id + ".sse"), [.. ReadShared(Path.Combine(folder, id + ".sse")), .. "id: torn"u8]);

        var afterTheKill = streams.Hub(o => o.SpoolPath = copy);
        await TestStreams.ReadAsync(afterTheKill, id, transcript.LastId, transcript);

        Assert.Equal(await streams.UncutAsync("1"), transcript.Text);
        Assert.True(transcript.IsDone);
        await Eventually.TrueAsync(() => !Directory.EnumerateFiles(copy).Any(), "the spool to be empty");
        await Eventually.TrueAsync(() => hub.Running == 0, "the first process to see that it is fenced");
        Directory.Delete(copy, recursive: true);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task CancelAsync_FromAnotherProcess_EndsItWhereItRuns()
    {
        await using var streams = await TestStreams.StartAsync(azurite, Slow);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        await TestStreams.ReadAsync(hub, id, enough: t => t.Ids.Count == 3);
        var other = streams.Hub();
        await Eventually.TrueAsync(async () => (await other.ReadAsync(id, Host, null, default)).Kind == StreamReadingKind.Open, "the log");

        Assert.Equal("cancelled", await other.CancelAsync(id, Host, default));

        await Eventually.TrueAsync(() => hub.Running == 0, "the first process to see that it is fenced");
        var transcript = await TestStreams.ReadAsync(hub, id);
        Assert.Equal("stream_cancelled", transcript.Error!.Value.GetProperty("code").GetString());
        Assert.NotEmpty(transcript.Text);
        Assert.Equal("cancelled", await hub.CancelAsync(id, Host, default));
    }

    [Fact]
    public async Task ReadAsync_APositionThatTheLogDoesNotHave_IsRefused()
    {
        await using var streams = await TestStreams.StartAsync(azurite);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        var transcript = await TestStreams.ReadAsync(hub, id);
        var last = StreamPosition.Parse(transcript.LastId!)!.Value;

        Assert.Equal(StreamReadingKind.NoSuchEvent, (await hub.ReadAsync(id, Host, last with { Offset = last.Offset + 1 }, default)).Kind);
        Assert.Equal(StreamReadingKind.NoSuchEvent, (await hub.ReadAsync(id, Host, last with { Offset = 1 << 30 }, default)).Kind);
        Assert.Equal(StreamReadingKind.NoSuchEvent, (await hub.ReadAsync(id, Host, last with { Epoch = "00000000" }, default)).Kind);
        Assert.Equal(StreamReadingKind.NoStream, (await hub.ReadAsync("strm_" + new string('0', 32), Host, null, default)).Kind);
        Assert.Equal(StreamReadingKind.NoStream, (await hub.ReadAsync("../secret", Host, null, default)).Kind);
    }

    [Fact]
    public async Task ExpireAsync_AfterTheRetention_DeletesStreams()
    {
        await using var streams = await TestStreams.StartAsync(azurite);
        var hub = streams.Hub();
        var id = await TestStreams.StartAsync(hub, TestStreams.Chat("1"));
        await TestStreams.ReadAsync(hub, id);
        await Eventually.TrueAsync(() => hub.Running == 0, "the log to be stored");

        await hub.ExpireAsync(default);
        Assert.Equal(StreamReadingKind.Open, (await hub.ReadAsync(id, Host, null, default)).Kind);
        await streams.Hub(o => o.Retention = TimeSpan.FromSeconds(-5)).ExpireAsync(default);

        Assert.Equal(StreamReadingKind.NoStream, (await hub.ReadAsync(id, Host, null, default)).Kind);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
