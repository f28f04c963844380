using System.Threading.Channels;
using Drover.Batches;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Outcomes;

/// <summary>Appends the outcomes of one pass to the shard's log: by the hundred, or after a fifth of a second.</summary>
/// <remarks>
/// While storage does not answer, it keeps trying for <see cref="BatchOptions.AppendPatience"/>; meanwhile the pass
/// launches nothing beyond a bounded backlog.
/// </remarks>
internal sealed class OutcomeWriter : IAsyncDisposable
{
    private readonly Channel<(PendingOutcome Outcome, bool TookRoom)> _channel =
        Channel.CreateUnbounded<(PendingOutcome Outcome, bool TookRoom)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly OutcomeLog _log;
    private readonly Spool? _spool;
    private readonly BatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<Tally> _appended;
    private readonly Action<string?> _trouble;
    private readonly SemaphoreSlim _room;
    private readonly Task _loop;

    public OutcomeWriter(
        OutcomeLog log, Spool? spool, BatchOptions options, int backlog, Action<Tally> appended, Action<string?> trouble, TimeProvider time,
        ILogger logger)
    {
        (_log, _spool, _options, _appended, _trouble, _time, _logger) = (log, spool, options, appended, trouble, time, logger);
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
    }

    /// <summary>A launched call ended without an outcome.</summary>
    public void GiveRoomBack() => _room.Release();

    /// <summary>Takes an outcome over. When this returns, it survives the process (if there is a spool).</summary>
    /// <param name="tookRoom">Whether <see cref="WaitForRoomAsync"/> went before it: its room is given back when it is appended.</param>
    public void Add(PendingOutcome outcome, bool tookRoom)
    {
        if (_spool?.TryWrite(outcome) == false)
        {
            SpoolLog.SpoolFailed(_logger);
        }

        _channel.Writer.TryWrite((outcome, tookRoom));
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

    private async Task RunAsync()
    {
        var results = new List<PendingOutcome>();
        var errors = new List<PendingOutcome>();
        var reader = _channel.Reader;
        while (await reader.WaitToReadAsync())
        {
            var room = await GatherAsync(reader, results, errors);
            await AppendAsync(results, isErrors: false);
            await AppendAsync(errors, isErrors: true);
            if (room > 0)
            {
                _room.Release(room);
            }

            results.Clear();
            errors.Clear();
            _appended(_log.Tally);
        }
    }

    private async Task<int> GatherAsync(
        ChannelReader<(PendingOutcome Outcome, bool TookRoom)> reader, List<PendingOutcome> results, List<PendingOutcome> errors)
    {
        var room = 0;
        using var interval = new CancellationTokenSource(_options.AppendInterval, _time);
        try
        {
            do
            {
                while (results.Count + errors.Count < _options.AppendItems && reader.TryRead(out var next))
                {
                    (next.Outcome.IsError ? errors : results).Add(next.Outcome);
                    room += next.TookRoom ? 1 : 0;
                }
            }
            while (results.Count + errors.Count < _options.AppendItems && await reader.WaitToReadAsync(interval.Token));
        }
        catch (OperationCanceledException) when (interval.IsCancellationRequested)
        {
            // The first of them has waited long enough.
        }

        return room;
    }

    private async Task AppendAsync(List<PendingOutcome> outcomes, bool isErrors)
    {
        var since = _time.GetTimestamp();
        for (var remaining = outcomes; remaining.Count > 0;)
        {
            try
            {
                await _log.AppendAsync(remaining, isErrors, CancellationToken.None);
                _trouble(null);
                return;
            }
            catch (Exception e) when (StorageFailures.IsPassing(e) && _time.GetElapsedTime(since) < _options.AppendPatience)
            {
                SpoolLog.StorageAway(_logger, e.GetType().Name);
                _trouble("Storage does not answer; outcomes wait.");
                remaining = remaining.Where(o => !_log.Has(o.ItemId)).ToList();
                await Task.Delay(TimeSpan.FromSeconds(1), _time);
            }
        }
    }
}
