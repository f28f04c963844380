using System.Text.Json;
using Drover.Budgets.Ledger;
using Drover.Storage;
using Drover.Webhooks;
using Microsoft.Extensions.Logging;

namespace Drover.Budgets.Alerts;

/// <summary>Tells people: alerts to the log and to the webhook, and trouble with storage.</summary>
/// <remarks>
/// What is for the webhook is in the ledger, written together with what caused it, until the webhook has taken it: any process sends
/// it, and the receiver tells repetitions by the id.
/// </remarks>
internal sealed class SpendNotices(LedgerBlob ledger, BudgetOptions options, WebhookSender webhooks, TimeProvider time, ILogger logger)
{
    private const int MostTries = 20;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _delivery = Task.CompletedTask;

    /// <summary>What is wrong with storage; null: nothing.</summary>
    public string? Trouble { get; private set; }

    public void StorageIs(string? error)
    {
        if (error is not null && Trouble is null)
        {
            BudgetLog.StorageAway(logger, error);
        }

        Trouble = error is null ? null : "Storage does not answer; calls under a budget wait.";
    }

    /// <summary>Logs alerts that are new, and sends what is due.</summary>
    /// <param name="alerts">The new ones.</param>
    /// <param name="now">The ledger as it is, or null when it is not known.</param>
    public void Announce(IReadOnlyList<SpendAlert> alerts, SpendDocument? now)
    {
        foreach (var alert in alerts)
        {
            BudgetLog.Alert(logger, alert.Scope, alert.Period, alert.Percent, alert.SettledUsd, alert.LimitUsd);
        }

        var isDue = alerts.Count > 0 || now?.Unsent.Exists(u => u.NextTry <= time.GetUtcNow()) == true;
        if (isDue && options.AlertUrl.Length > 0 && _delivery.IsCompleted)
        {
            _delivery = Task.Run(() => DeliverAsync(_stop.Token));
        }
    }

    /// <summary>Waits until what is being sent is sent, or the time is up; then it stays in the ledger for others.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        _stop.CancelAfter(patience);
        await _delivery;
        if (options.AlertUrl.Length > 0 && !_stop.IsCancellationRequested)
        {
            await DeliverAsync(_stop.Token); // What was raised while the last delivery was under way.
        }

        _stop.Dispose();
    }

    private async Task DeliverAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var it in await ledger.UpdateAsync(Claim, cancellationToken))
            {
                var payload = JsonSerializer.SerializeToUtf8Bytes(AlertMessage.Of(it.Alert), SpendJson.Default.AlertMessage);
                if (await webhooks.SendAsync(new Uri(options.AlertUrl), options.AlertSecret, it.Id, payload, cancellationToken))
                {
                    await ledger.UpdateAsync(l => (l with { Unsent = l.Unsent.RemoveAll(u => u.Id == it.Id) }, true), cancellationToken);
                }
                else
                {
                    BudgetLog.AlertNotDelivered(logger, it.Id);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ends; the alert is still in the ledger.
        }
        catch (Exception e) when (StorageFailures.IsPassing(e))
        {
            StorageIs(e.GetType().Name); // The alert is still in the ledger.
        }
    }

    // Whoever takes an alert to send moves its next try away, so that no other process sends it meanwhile.
    private (SpendDocument Next, IReadOnlyList<UnsentAlert> Due) Claim(SpendDocument it)
    {
        var now = time.GetUtcNow();
        var due = it.Unsent.Where(u => u.NextTry <= now).ToList();
        foreach (var unsent in due)
        {
            var wait = FirstWait * Math.Pow(2, unsent.Tries);
            it = it with
            {
                Unsent = unsent.Tries >= MostTries
                    ? it.Unsent.Remove(unsent)
                    : it.Unsent.Replace(
                        unsent, unsent with { Tries = unsent.Tries + 1, NextTry = now + (wait < LongestWait ? wait : LongestWait) }),
            };
        }

        return (it, due);
    }
}
