using System.Threading.Channels;
using Drover.Batches;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Outcomes;

/// <summary>Appends the outcomes of one pass to the shard's log: by the hundred, or after a fifth of a second.</summary>
/// <remarks>
/// While storage does not answer, it keeps trying for <see cref="BatchOptions.AppendPatience"/>; meanwhile the pass
/// launches nothing beyond a bounded backlog. No call goes whose outcome has no place to go: without room in the spool, or without a spool
/// while storage does not answer, it waits and says so, and goes on when there is room.
/// </remarks>
internal sealed class OutcomeWriter : IAsyncDisposable
{
    private const string DiskFull =
        "The disk takes no more outcomes (is it full?), so nothing is called; it goes on when there is room.";

    private const string StorageAway = "Storage does not answer; outcomes wait.";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Channel<Waiting> _channel = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });

    private readonly OutcomeLog _log;
    private readonly Spool? _spool;
    private readonly BatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly OutcomeNews _news;
    private readonly SemaphoreSlim _room;
    private readonly int _backlog;
    private readonly Task _loop;
    private volatile bool _isStorageAway;
    private int _unkept;

    public OutcomeWriter(
        OutcomeLog log, Spool? spool, BatchOptions options, int backlog, OutcomeNews news, TimeProvider time, ILogger logger)
    {
        (_log, _spool, _options, _backlog, _news, _time, _logger) = (log, spool, options, backlog, news, time, logger);
        _room = new SemaphoreSlim(backlog);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Waits until another call may be launched: the backlog of calls without a written outcome is bounded.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        var room = _room.WaitAsync(cancellationToken);
        if (_loop.IsCompleted || (!room.IsCompleted && await Task.WhenAny(room, _loop) == _loop))
        {
            await _loop; // It ended before its time: throws why.
        }

        await room;
        try
        {
            await WaitForPlaceAsync(cancellationToken);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>A launched call ended without an outcome.</summary>
    public void GiveRoomBack() => _room.Release();

    /// <summary>Takes an outcome over. When this returns, it survives the process (if there is a spool).</summary>
    /// <param name="tookRoom">Whether <see cref="WaitForRoomAsync"/> went before it: its room is given back when it is appended.</param>
    public void Add(PendingOutcome outcome, bool tookRoom)
    {
        var isKept = _spool?.TryWrite(outcome) ?? true;
        if (!isKept)
        {
            Interlocked.Increment(ref _unkept);
            SpoolLog.SpoolFailed(_logger);
        }

        _channel.Writer.TryWrite(new Waiting(outcome, tookRoom, isKept));
    }

    /// <summary>Waits until everything is appended.</summary>
    /// <exception cref="FencedException">An append was refused; what was not appended is still to be run or recovered.</exception>
    public async Task CompleteAsync()
    {
        _channel.Writer.TryComplete();
        await _loop;
        _spool?.Delete();
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // CompleteAsync has thrown what there is to throw.
        _room.Dispose();
    }

    private async Task WaitForPlaceAsync(CancellationToken cancellationToken)
    {
        var waits = false;
        for (; !HasPlace(); waits = true)
        {
            if (_loop.IsCompleted)
            {
                await _loop;
            }

            if (!waits && _spool is not null)
            {
                SpoolLog.DiskFull(_logger);
            }

            _news.Trouble(_spool is null ? StorageAway : DiskFull);
            await Task.Delay(BetweenLooks, _time, cancellationToken);
        }

        if (waits)
        {
            _news.Trouble(null);
        }
    }

    private bool HasPlace() => _spool is null
        ? !_isStorageAway
        : Volatile.Read(ref _unkept) == 0 && _spool.TryReserve(_backlog - _room.CurrentCount);

    private async Task RunAsync()
    {
        var results = new List<PendingOutcome>();
        var errors = new List<PendingOutcome>();
        var reader = _channel.Reader;
        while (await reader.WaitToReadAsync())
        {
            var (room, unkept) = await GatherAsync(reader, results, errors);
            await AppendAsync(results, isErrors: false);
            await AppendAsync(errors, isErrors: true);
            if (room > 0)
            {
                _room.Release(room);
            }

            Interlocked.Add(ref _unkept, -unkept);
            results.Clear();
            errors.Clear();
            _news.Appended(_log.Tally);
        }
    }

    private async Task<(int Room, int Unkept)> GatherAsync(
        ChannelReader<Waiting> reader, List<PendingOutcome> results, List<PendingOutcome> errors)
    {
        var (room, unkept) = (0, 0);
        using var interval = new CancellationTokenSource(_options.AppendInterval, _time);
        try
        {
            do
            {
                while (results.Count + errors.Count < _options.AppendItems && reader.TryRead(out var next))
                {
                    (next.Outcome.IsError ? errors : results).Add(next.Outcome);
                    room += next.TookRoom ? 1 : 0;
                    unkept += next.IsKept ? 0 : 1;
                }
            }
            while (results.Count + errors.Count < _options.AppendItems && await reader.WaitToReadAsync(interval.Token));
        }
        catch (OperationCanceledException) when (interval.IsCancellationRequested)
        {
            // The first of them has waited long enough.
        }

        return (room, unkept);
    }

    private async Task AppendAsync(List<PendingOutcome> outcomes, bool isErrors)
    {
        var since = _time.GetTimestamp();
        for (var remaining = outcomes; remaining.Count > 0;)
        {
            try
            {
                await _log.AppendAsync(remaining, isErrors, CancellationToken.None);
                _isStorageAway = false;
                _news.Trouble(null);
                return;
            }
            catch (Exception e) when (StorageFailures.IsPassing(e)
                && (_time.GetElapsedTime(since) < _options.AppendPatience || Volatile.Read(ref _unkept) > 0)) // They are nowhere else.
            {
                SpoolLog.StorageAway(_logger, e.GetType().Name);
                _isStorageAway = true;
                _news.Trouble(StorageAway);
                remaining = remaining.Where(o => !_log.Has(o.ItemId)).ToList();
                await Task.Delay(TimeSpan.FromSeconds(1), _time);
            }
        }
    }

    private readonly record struct Waiting(PendingOutcome Outcome, bool TookRoom, bool IsKept);
}

/// <summary>Who is told of outcomes that are written.</summary>
/// <param name="Appended">The counts over what is there.</param>
/// <param name="Trouble">What is in the way; null: nothing any more.</param>
internal sealed record OutcomeNews(Action<Tally> Appended, Action<string?> Trouble);
