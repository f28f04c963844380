using Drover.Budgets.Alerts;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Budgets.Ledger;

/// <summary>Takes back the leases of processes that ended without giving them back. Any process may do it, and several at once.</summary>
internal sealed class SpendRecovery(ContainerLayout blobs, LedgerBlob ledger, BudgetOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Recovers every process whose time is up.</summary>
    /// <remarks>
    /// First its sheet is closed, so that it can send nothing more, should it live; then the ledger takes the sheet over, in one write;
    /// then the sheet goes.
    /// </remarks>
    /// <param name="seen">A ledger as it was lately.</param>
    /// <param name="except">The id of one's own sheet.</param>
    /// <param name="cancellationToken">Gives up; another time will do.</param>
    /// <returns>The alerts that this raised.</returns>
    public async Task<IReadOnlyList<SpendAlert>> RunAsync(SpendDocument seen, string? except, CancellationToken cancellationToken)
    {
        var raised = new List<SpendAlert>();
        foreach (var id in seen.Holders.Where(h => h.Value.Expires < time.GetUtcNow() && h.Key != except).Select(h => h.Key))
        {
            // The document that was seen may be old: who has reported since then is not to be disturbed.
            var now = await ledger.ReadAsync(cancellationToken);
            if (now.Holders.GetValueOrDefault(id) is not { } holder || holder.Expires >= time.GetUtcNow())
            {
                continue;
            }

            var blob = new SheetBlob(blobs.SpendSheet(id));
            var sheet = await blob.CloseAsync(cancellationToken);
            raised.AddRange(
                await ledger.UpdateAsync(it => SpendArithmetic.Recover(it, id, sheet, options, time.GetUtcNow()), cancellationToken));
            await blob.DeleteAsync(cancellationToken);
            BudgetLog.Recovered(logger, sheet?.Accounts.Sum(a => a.Open.Count + a.Lost.Count) ?? 0);
        }

        return raised;
    }
}
