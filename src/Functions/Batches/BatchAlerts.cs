using System.Globalization;
using System.Text.Json;
using Drover.Budgets;
using Drover.Shards;
using Drover.Upstreams;

namespace Drover.Functions.Batches;

/// <summary>
/// The alerts that stand for a batch: shares of its budgets that are spent, and what is wrong with upstreams, keys and storage as this
/// process sees it.
/// </summary>
public sealed class BatchAlerts(BatchViews views, UpstreamPool upstreams, ShardClaims shards)
{
    private static readonly int[] Shares = [50, 80, 100];

    /// <summary>What has ended and what has begun beyond what a reader knows; of a batch that has ended nothing ends any more.</summary>
    /// <param name="known">The ids of the alerts that the reader knows to stand.</param>
    internal async Task<IReadOnlyList<BatchAlert>> SinceAsync(
        BatchView view, IReadOnlySet<string> known, CancellationToken cancellationToken)
    {
        // What spent the last of a budget may have ended the batch.
        var budgets = view.HasEnded ? await views.FindBudgetsAsync(view.Id, cancellationToken) : view.Budgets;
        var standing = Standing(budgets ?? []).ToList();
        return
        [
            .. view.HasEnded ? [] : known.Except(standing.Select(a => a.Id)).Select(id => new BatchAlert(id, "ended", null)),
            .. standing.Where(a => !known.Contains(a.Id)),
        ];
    }

    private IEnumerable<BatchAlert> Standing(IReadOnlyList<SpendScopeState> budgets)
    {
        foreach (var budget in budgets)
        {
            foreach (var share in Shares.Where(s => s <= budget.AlertPercent))
            {
                var scope = JsonNamingPolicy.SnakeCaseLower.ConvertName(budget.Scope.ToString());
                yield return Begun(
                    $"budget/{scope}/{budget.Period}/{share}",
                    $"{share} % of the budget of the {budget.Name}, {budget.LimitUsd:0.00########} USD, is spent.");
            }
        }

        foreach (var upstream in upstreams.All.Select(u => u.State))
        {
            if (upstream.Circuit != "closed")
            {
                yield return Begun(
                    $"circuit/{upstream.Name}", $"The upstream '{upstream.Name}' does not answer; it is tried from time to time.");
            }

            foreach (var key in upstream.Keys.Where(k => k.IsUnavailable))
            {
                yield return Begun(
                    $"key/{upstream.Name}/{key.Number}", $"Key {key.Number} of the upstream '{upstream.Name}' is out: {key.Reason}");
            }
        }

        if (shards.StorageTrouble is { } trouble)
        {
            yield return Begun("storage", $"{trouble}");
        }
    }

    private static BatchAlert Begun(string id, FormattableString message) =>
        new(id, "begun", message.ToString(CultureInfo.InvariantCulture));
}
