using Drover.Budgets.Alerts;
using Drover.Budgets.Ledger;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Budgets;

/// <summary>The life of one book: writes its sheet, reports to the ledger, and leaves when nothing has been reserved for a while.</summary>
internal sealed class SpendSession(
    SpendBook book, SheetBlob sheet, LedgerBlob ledger, SpendRecovery recovery, SpendNotices notices, BudgetOptions options,
    TimeProvider time, ILogger logger)
{
    /// <summary>How long after its last report a process is taken for dead.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdleBeforeLeaving = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenCommits = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SettledBeforeCommit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenReportsWhenShort = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMilliseconds(500);

    private volatile bool _stopping;
    private volatile bool _reportsEnded;

    public SpendBook Book => book;

    /// <summary>Ends it soon: nothing more is granted, and what is held is given back.</summary>
    public void Stop()
    {
        _stopping = true;
        book.Short.Set();
    }

    /// <summary>Runs until the book is over. Failures go to those who wait for a reservation.</summary>
    /// <param name="abort">Gives up in the middle of everything, as a killed process would.</param>
    public async Task RunAsync(CancellationToken abort)
    {
        try
        {
            while (!await TryAsync(() => sheet.CreateAsync(abort), abort) && !_stopping)
            {
            }

            var commits = CommitsAsync(abort);
            try
            {
                await ReportsAsync(abort);
            }
            finally
            {
                _reportsEnded = true;
                book.Urgent.Set();
                await commits;
            }

            if (!book.IsOver && book.Finish(onlyIfEmpty: false, Later) is { } last)
            {
                await LeaveAsync(last, abort);
            }
        }
        catch (Exception e)
        {
            book.End(Later, e, []);
        }
    }

    private SpendAnswer.Busy Later => new(time.GetUtcNow() + AfterTrouble);

    private async Task CommitsAsync(CancellationToken abort)
    {
        var last = 0L;
        while (!_reportsEnded && !book.IsOver)
        {
            await book.Urgent.WaitAsync(SettledBeforeCommit, time);
            if (!book.IsDirty)
            {
                continue;
            }

            if (last > 0 && BetweenCommits - time.GetElapsedTime(last) is var early && early > TimeSpan.Zero)
            {
                await Task.Delay(early, time, abort);
            }

            last = time.GetTimestamp();
            await CommitAsync(abort);
        }
    }

    private async Task CommitAsync(CancellationToken abort)
    {
        var (now, waiters) = book.BeginCommit();
        var isOurs = true;
        try
        {
            if (await TryAsync(async () => isOurs = await sheet.WriteAsync(now, abort), abort))
            {
                if (isOurs)
                {
                    book.EndCommit(now, waiters);
                }
                else
                {
                    TakenForDead(waiters);
                }
            }
            else
            {
                book.FailCommit(waiters);
            }
        }
        catch (Exception e)
        {
            book.End(Later, e, waiters);
            throw;
        }
    }

    private async Task ReportsAsync(CancellationToken abort)
    {
        var idleSince = time.GetTimestamp();
        while (!_stopping && !book.IsOver)
        {
            var isShort = false;
            await TryAsync(async () => isShort = await ReportAsync(abort), abort);
            if (!book.IsEmpty)
            {
                idleSince = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(idleSince) > IdleBeforeLeaving && book.Finish(onlyIfEmpty: true, Later) is { } last)
            {
                await LeaveAsync(last, abort);
                return;
            }

            await Task.Delay(isShort ? BetweenReportsWhenShort : BetweenReports, time, abort);
            await book.Short.WaitAsync(book.HasWaiting ? TimeSpan.Zero : Heartbeat, time);
        }
    }

    private async Task<bool> ReportAsync(CancellationToken abort)
    {
        var report = book.Report(Lifetime);
        var (verdict, now) = await ledger.UpdateAsync(
            it =>
            {
                var (next, answer) = SpendArithmetic.Report(it, report, options, time.GetUtcNow());
                return (next, (answer, next));
            },
            abort);
        if (verdict.Holder is null)
        {
            TakenForDead([]);
            return false;
        }

        var isShort = book.Apply(report, verdict, batch => now.Batches.GetValueOrDefault(batch)?.WhenSpent ?? options.WhenSpent);
        notices.Announce(verdict.Alerts, now);
        notices.Announce(await recovery.RunAsync(now, book.Id, abort), now);
        return isShort;
    }

    private async Task LeaveAsync(SpendSheet last, CancellationToken abort)
    {
        if (await TryAsync(
            async () => notices.Announce(
                await ledger.UpdateAsync(it => SpendArithmetic.Recover(it, book.Id, last, options, time.GetUtcNow()), abort), null),
            abort))
        {
            await TryAsync(() => sheet.DeleteAsync(abort), abort);
        }
    }

    private void TakenForDead(IReadOnlyList<SpendWaiter> waiters)
    {
        if (!book.IsOver)
        {
            BudgetLog.TakenForDead(logger);
        }

        book.End(Later, null, waiters);
    }

    // While storage is away nothing is granted; whoever waits is answered by his own patience.
    private async Task<bool> TryAsync(Func<Task> action, CancellationToken abort)
    {
        try
        {
            await action();
            notices.StorageIs(null);
            return true;
        }
        catch (Exception e) when (StorageFailures.IsPassing(e) && !abort.IsCancellationRequested)
        {
            notices.StorageIs(e.GetType().Name);
            await Task.Delay(AfterTrouble, time, abort);
            return false;
        }
    }
}
