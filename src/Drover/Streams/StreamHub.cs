using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs.Models;
using Drover.Access;
using Drover.Calls;
using Drover.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.Streams;

/// <summary>The streams: starts them, reads them from any position, takes over those that another process left, ends them.</summary>
/// <remarks>
/// A stream runs on its own, whoever reads it or not. Its log is an append blob; the process that relays the answer is the
/// only one that can append, because whoever takes the blob stamps it with an epoch of its own (<see cref="OutcomeBlob"/>).
/// A stream is taken when it is read, has no end, and its writer is gone: its spool lies in our folder, its writer has
/// released it, or nothing has been appended for three heartbeats.
/// </remarks>
public sealed class StreamHub(
    ContainerLayout blobs, ModelCaller caller, StreamOptions options, TimeProvider time, Random random,
    ILogger<StreamHub> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeadAfter = 3 * Heartbeat;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, StreamRun> _running = new();
    private readonly ConcurrentDictionary<(string Id, Caller Caller), Lazy<Task<FoundStream>>> _finding = new();
    private readonly CancellationTokenSource _stop = new();
    private ITimer? _heartbeat;

    /// <summary>The streams that this process relays now.</summary>
    public int Running => _running.Count;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _heartbeat = time.CreateTimer(_ => Beat(), null, Heartbeat / 5, Heartbeat / 5);
        return Task.CompletedTask;
    }

    /// <summary>Stops relaying and stores what is there; whoever reads a stream next, in whichever process, goes on with it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Values.Select(run => run.Work)).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _heartbeat?.Dispose();
        _stop.Dispose();
    }

    /// <summary>Begins a stream: the request goes to the upstream at once.</summary>
    public StreamStart Start(ChatRequest request)
    {
        var id = StreamPosition.NewStreamId();
        var epoch = StreamPosition.NewEpoch();
        var stream = new LiveStream(id, epoch, StreamSpool.Create(options.SpoolPath, id, logger), time);
        var run = Run(stream, request, new ChatProgress(), new OutcomeBlob(blobs.Stream(id), epoch), isTaken: false);
        return new StreamStart(id, run.Relay.Opened);
    }

    /// <summary>Lets a stream begin with a comment, because the upstream takes long to answer.</summary>
    public void BeginSlowly(string streamId)
    {
        if (_running.TryGetValue(streamId, out var run))
        {
            run.Relay.Begin();
        }
    }

    /// <summary>Reads a stream after an event, or from its beginning.</summary>
    /// <param name="caller">For whom there is no such stream unless it began it, or sees all.</param>
    /// <param name="after">The last event that the caller has; null for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<StreamReading> ReadAsync(string streamId, Caller caller, StreamPosition? after, CancellationToken cancellationToken)
    {
        if (!StreamPosition.IsStreamId(streamId) || (after is { } other && other.Stream != streamId))
        {
            return new StreamReading(StreamReadingKind.NoStream);
        }

        var found = await FindAsync(streamId, caller, cancellationToken);
        var log = found.Run is { } run ? run.Stream.From(0) : found.Log;
        if (LogText.EndOfHead(log.Span) is not { } start)
        {
            return new StreamReading(StreamReadingKind.NoStream);
        }

        if (after is { } id)
        {
            if (LogText.After(log.Span, id) is not { } next)
            {
                return new StreamReading(StreamReadingKind.NoSuchEvent);
            }

            start = next;
        }

        return LogText.HasEnded(log.Span) && !LogText.Events(log[start..]).Any()
            ? new StreamReading(StreamReadingKind.AtEnd)
            : new StreamReading(StreamReadingKind.Open) { Text = FollowAsync(streamId, caller, found, start, cancellationToken) };
    }

    /// <summary>Ends a stream wherever it runs; what has come of it can still be read.</summary>
    /// <param name="caller">As for <see cref="ReadAsync"/>.</param>
    /// <returns>How it ended, <c>cancelled</c> or, when it had ended before, as it had; null when there is none.</returns>
    public async Task<string?> CancelAsync(string streamId, Caller caller, CancellationToken cancellationToken)
    {
        if (!StreamPosition.IsStreamId(streamId))
        {
            return null;
        }

        while (true)
        {
            var found = await FindAsync(streamId, caller, cancellationToken, evenFromTheLiving: true);
            if (found.Run is { } run)
            {
                await run.CancelAsync();
                return LogText.EndOf(run.Stream.From(0).Span);
            }

            if (found.Log.IsEmpty || LogText.HasEnded(found.Log.Span))
            {
                return LogText.EndOf(found.Log.Span);
            }
        }
    }

    /// <summary>Deletes the streams that were written last longer ago than <see cref="StreamOptions.Retention"/>.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Retention;
        var count = 0;
        await foreach (
            var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ContainerLayout.StreamsPrefix, cancellationToken))
        {
            if (blob.Properties.LastModified < before)
            {
                await blobs.Container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
                count++;
            }
        }

        StreamSpool.DeleteOlderThan(options.SpoolPath, before);
        StreamLog.Expired(logger, count);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowAsync(
        string streamId, Caller caller, FoundStream found, int position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (found.Run is null)
        {
            // Another process relays it, or it has ended: storage has what there is.
            if (found.Log.Length > position)
            {
                yield return found.Log[position..];
                position = found.Log.Length;
            }

            if (found.Log.IsEmpty || LogText.HasEnded(found.Log.Span))
            {
                yield break;
            }

            await Task.Delay(Poll, time, cancellationToken);
            found = await FindAsync(streamId, caller, cancellationToken);
        }

        await foreach (var text in found.Run.Stream.ReadAsync(position, cancellationToken))
        {
            yield return text;
        }
    }

    // Readers who come together for one stream that is not here find it together.
    private async Task<FoundStream> FindAsync(string id, Caller caller, CancellationToken cancellationToken, bool evenFromTheLiving = false)
    {
        if (_running.TryGetValue(id, out var run))
        {
            return FoundStream.Of(run, caller);
        }

        var finding = _finding.GetOrAdd((id, caller), _ => new Lazy<Task<FoundStream>>(() => LoadAsync(id, caller, evenFromTheLiving)));
        try
        {
            return await finding.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            _finding.TryRemove(KeyValuePair.Create((id, caller), finding));
        }
    }

    private async Task<FoundStream> LoadAsync(string id, Caller caller, bool evenFromTheLiving)
    {
        var cancellationToken = _stop.Token;
        if (_running.TryGetValue(id, out var run))
        {
            return FoundStream.Of(run, caller);
        }

        var stored = await StoredLog.FindAsync(blobs.Stream(id), cancellationToken);
        var spooled = StreamSpool.Read(options.SpoolPath, id) ?? [];
        if (LogText.HasEnded(stored.Text.Span) || (stored.Text.IsEmpty && LogText.EndOfHead(spooled) is null))
        {
            return FoundStream.Of(stored.Text, caller);
        }

        if (!caller.Sees(LogText.Key(stored.Text.IsEmpty ? spooled : stored.Text.Span)))
        {
            return FoundStream.Nothing;
        }

        if (spooled.Length == 0 && !evenFromTheLiving && !stored.IsReleased && stored.Quiet < DeadAfter)
        {
            return new FoundStream(null, stored.Text);
        }

        return new FoundStream(await TakeOverAsync(id, spooled, cancellationToken), default);
    }

    private async Task<StreamRun> TakeOverAsync(string id, byte[] spooled, CancellationToken cancellationToken)
    {
        var epoch = StreamPosition.NewEpoch();
        var blob = new OutcomeBlob(blobs.Stream(id), epoch);
        var log = await blob.TakeAsync(cancellationToken);
        var stored = log.Length;
        // The spool is ahead of storage, unless yet another process has written since.
        if (spooled.Length > log.Length && spooled.AsSpan().StartsWith(log.Span))
        {
            log = spooled.AsMemory(0, Math.Max(stored, LogText.WholeLength(spooled)));
        }

        StreamLog.TakenOver(logger, id);
        var stream = new LiveStream(id, epoch, StreamSpool.Create(options.SpoolPath, id, logger), time);
        stream.Restore(log.Span, stored);
        return Run(stream, ChatRequest.Read(LogText.Request(log.Span), LogText.Key(log.Span)), ChatProgress.Of(log), blob, isTaken: true);
    }

    private StreamRun Run(LiveStream stream, ChatRequest request, ChatProgress progress, OutcomeBlob blob, bool isTaken)
    {
        var relay = new Relay(stream, request, progress, caller, options, new Reconnections(options, random), logger);
        var run = new StreamRun(stream, relay, new LogWriter(stream, blob, isTaken, time, logger), logger, _stop.Token);
        _running[stream.Id] = run;
        run.Begin(() => _running.TryRemove(stream.Id, out _));
        return run;
    }

    private void Beat()
    {
        foreach (var run in _running.Values)
        {
            run.Stream.Beat(Heartbeat);
        }
    }
}

/// <summary>What there is of a stream, for a caller who may see it.</summary>
/// <param name="Run">The stream as it runs here, or null.</param>
/// <param name="Log">Else what storage has of it; empty when nothing.</param>
internal sealed record FoundStream(StreamRun? Run, ReadOnlyMemory<byte> Log)
{
    public static FoundStream Nothing { get; } = new(null, default);

    public static FoundStream Of(StreamRun run, Caller caller) => caller.Sees(run.Relay.Key) ? new(run, default) : Nothing;

    public static FoundStream Of(ReadOnlyMemory<byte> log, Caller caller) =>
        !log.IsEmpty && caller.Sees(LogText.Key(log.Span)) ? new(null, log) : Nothing;
}
