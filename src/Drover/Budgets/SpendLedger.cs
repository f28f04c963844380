using Drover.Budgets.Alerts;
using Drover.Budgets.Ledger;
using Drover.Storage;
using Drover.Webhooks;
using Microsoft.Extensions.Logging;

namespace Drover.Budgets;

/// <summary>
/// Keeps spending within the limits of batch, day and month, and of callers' keys, over all processes that share a container.
/// </summary>
/// <remarks>
/// What is settled and reserved together never passes a limit, and no crash leaks a reservation or counts a cost twice. How:
/// <c>docs/decisions/0007-spend-ledger.md</c>. A process that reserves nothing touches no storage here.
/// </remarks>
public sealed class SpendLedger : IAsyncDisposable
{
    /// <summary>How long a call waits here before it is told to come back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly ContainerLayout _blobs;
    private readonly BudgetOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LedgerBlob _ledger;
    private readonly SpendRecovery _recovery;
    private readonly SpendNotices _notices;
    private readonly KnownCosts _known;
    private readonly List<Task> _running = [];
    private SpendSession? _session;
    private bool _disposed;

    public SpendLedger(
        ContainerLayout blobs, BudgetOptions options, WebhookSender webhooks, TimeProvider time, Random random, ILogger<SpendLedger> logger)
    {
        (_blobs, _options, _time, _logger) = (blobs, options, time, logger);
        _known = new KnownCosts(time);
        _ledger = new LedgerBlob(blobs.SpendLedger(), random, time);
        _recovery = new SpendRecovery(blobs, _ledger, options, time, logger);
        _notices = new SpendNotices(_ledger, options, webhooks, time, logger);
    }

    /// <summary>Why calls under a budget wait, if it is storage; otherwise null.</summary>
    public string? Trouble => _notices.Trouble;

    /// <summary>Whether any limit holds for a payer. If none does, its calls need no reservation.</summary>
    public async Task<bool> IsLimitedAsync(Payer payer, CancellationToken cancellationToken) =>
        _options.PerBatch is not null || _options.HasPeriods(payer.Key)
        || (await _ledger.ReadAsync(cancellationToken)).Batches.GetValueOrDefault(payer.Batch)?.Limit is not null;

    /// <summary>Reserves the worst case of one call, before it is sent.</summary>
    /// <remarks>When it answers granted, the reservation is durable: whatever crashes, the call is not forgotten.</remarks>
    /// <param name="payer">The batch, and the key that pays for it.</param>
    /// <param name="worstCaseUsd">The most that the call can cost.</param>
    /// <param name="cancellationToken">Gives up waiting; then nothing is reserved.</param>
    public async ValueTask<SpendAnswer> ReserveAsync(Payer payer, string itemId, decimal worstCaseUsd, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(worstCaseUsd);
        var (book, waiter) = Enqueue(payer, SpendItem.NumberOf(payer.Batch, itemId), worstCaseUsd);
        var busy = new SpendAnswer.Busy(default);
        try
        {
            return await waiter.Answer.WaitAsync(Patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            book.GiveUp(waiter, busy with { ComeBackAt = _time.GetUtcNow() + ComeBack });
            return await waiter.Answer;
        }
        catch (OperationCanceledException)
        {
            book.GiveUp(waiter, busy);
            (await waiter.Answer as SpendAnswer.Granted)?.Reservation.Release();
            throw;
        }
    }

    /// <summary>How the limits stand.</summary>
    public async Task<SpendState> ReadAsync(Payer payer, CancellationToken cancellationToken)
    {
        var ledger = await _ledger.ReadAsync(cancellationToken);
        var day = SpendScopes.DayOf(_time.GetUtcNow());
        return new SpendState(
            ledger.Batches.GetValueOrDefault(payer.Batch)?.WhenSpent ?? _options.WhenSpent,
            [
                .. SpendScopes.Of(payer).Select(scope => new SpendScopeState(
                    scope,
                    SpendScopes.PeriodOf(scope, payer, day),
                    ledger.LimitOf(scope, payer, _options),
                    ledger.Settled(scope, payer, day),
                    ledger.Leased(scope, payer, day) + ledger.Orphaned(scope, payer, day),
                    ledger.Alerts.GetValueOrDefault(SpendAlerts.Key(scope, payer, day)))),
            ]);
    }

    /// <summary>Gives a batch a limit of its own, or another one; null for each that is to be as the settings say.</summary>
    /// <param name="limitUsd">More than 0 US dollars.</param>
    /// <param name="whenSpent">What the batch does once the budget of a day or month is spent.</param>
    /// <param name="spentUsd">What the batch has cost at the least, booked or not.</param>
    public async Task SetBatchLimitAsync(
        string batchId, decimal? limitUsd, WhenSpent? whenSpent, decimal spentUsd, CancellationToken cancellationToken)
    {
        if (limitUsd is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(limitUsd));
        }

        await _ledger.UpdateAsync(
            it => (SpendArithmetic.SetLimit(it, batchId, limitUsd, whenSpent, spentUsd, _options, _time.GetUtcNow()), true),
            cancellationToken);
    }

    /// <summary>
    /// Ends a batch's spending: waits until all processes have reported it (a second or two; if one was killed, until its leases end after
    /// ten seconds), and charges calls whose answer was lost.
    /// </summary>
    /// <param name="batchId">The batch; none of its calls is under way.</param>
    /// <param name="resumable">Whether the batch may go on later: then its total stays in the ledger and counts against its limit.</param>
    /// <param name="outcomes">
    /// The costs written with the batch's outcomes, in US dollars by item; asked for only if there are lost calls left. A lost call of
    /// an item is charged what its outcome cost, and its worst case where there is none.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; the batch is not closed then.</param>
    /// <returns>What the batch cost, in US dollars.</returns>
    public async Task<decimal> CloseBatchAsync(
        string batchId,
        bool resumable,
        Func<CancellationToken, IAsyncEnumerable<KeyValuePair<string, decimal>>>? outcomes,
        CancellationToken cancellationToken)
    {
        var highest = 0m; // A write whose answer was lost may have closed it already.
        while (true)
        {
            var now = await _ledger.ReadAsync(cancellationToken);
            if (now.Leased(BudgetScope.Batch, batchId, default) == 0)
            {
                var costs = await CostsAsync(now, batchId, outcomes, cancellationToken);
                if (await _ledger.UpdateAsync(it => Close(it, costs), cancellationToken) is { } alerts)
                {
                    _notices.Announce(alerts, null);
                    return highest;
                }
            }

            lock (_gate)
            {
                _session?.Book.Drain(batchId);
            }

            _notices.Announce(await _recovery.RunAsync(now, _session?.Book.Id, cancellationToken), now);
            await Task.Delay(BetweenLooks, _time, cancellationToken);
        }

        (SpendDocument Next, IReadOnlyList<SpendAlert>? Alerts) Close(SpendDocument it, Dictionary<ulong, decimal> costs)
        {
            if (SpendArithmetic.Close(it, batchId, resumable, o => CostOf(o, costs), _options, _time.GetUtcNow()) is not { } closed)
            {
                return (it, null);
            }

            highest = Math.Max(highest, closed.Total);
            return (closed.Ledger, closed.Alerts);
        }
    }

    /// <summary>Reports what was spent and gives back what is held; unsent alerts are tried once more.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Task> running;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _session?.Stop();
            running = [.. _running];
        }

        _abort.CancelAfter(StopPatience);
        await Task.WhenAll(running);
        await _notices.StopAsync(StopPatience / 2);
        _abort.Dispose();
    }

    /// <summary>Ends as a killed process would: nothing more is written. For tests.</summary>
    internal void Kill()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _abort.Cancel();
    }

    private (SpendBook Book, SpendWaiter Waiter) Enqueue(Payer payer, ulong item, decimal usd)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_session?.Book.Reserve(payer, item, usd) is { } waiter)
            {
                return (_session.Book, waiter);
            }

            var id = Guid.NewGuid().ToString("N");
            var book = new SpendBook(id, _known, _gate, _time, _logger);
            _session = new SpendSession(book, new SheetBlob(_blobs.SpendSheet(id)), _ledger, _recovery, _notices, _options, _time, _logger);
            _running.RemoveAll(t => t.IsCompleted);
            waiter = book.Reserve(payer, item, usd)!;
            var session = _session;
            _running.Add(Task.Run(() => session.RunAsync(_abort.Token)));
            return (book, waiter);
        }
    }

    private static async Task<Dictionary<ulong, decimal>> CostsAsync(
        SpendDocument now,
        string batchId,
        Func<CancellationToken, IAsyncEnumerable<KeyValuePair<string, decimal>>>? outcomes,
        CancellationToken cancellationToken)
    {
        var costs = new Dictionary<ulong, decimal>();
        var lost = now.Orphans.Where(o => o.Batch == batchId).Select(o => o.Item).ToHashSet();
        if (outcomes is not null && lost.Count > 0)
        {
            await foreach (var (itemId, cost) in outcomes(cancellationToken).WithCancellation(cancellationToken))
            {
                var item = SpendItem.NumberOf(batchId, itemId);
                if (lost.Contains(item))
                {
                    costs[item] = cost;
                }
            }
        }

        return costs;
    }

    private decimal? CostOf(Orphan orphan, Dictionary<ulong, decimal> costs)
    {
        lock (_gate)
        {
            return _known.Find(orphan) ?? (costs.TryGetValue(orphan.Item, out var cost) ? cost : null);
        }
    }
}
