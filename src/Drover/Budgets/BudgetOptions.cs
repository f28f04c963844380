using Drover.Settings;
using Drover.Webhooks;

namespace Drover.Budgets;

/// <summary>How much money may be spent, in US dollars. Section <c>Drover:Budgets</c>.</summary>
/// <remarks>The limits hold over all processes that share a container; give all of them the same.</remarks>
public sealed class BudgetOptions : IOptionsSection
{
    /// <summary>The most that a batch may cost, unless the batch has a limit of its own. Null: no limit.</summary>
    [Amount]
    public decimal? PerBatch { get; set; }

    /// <summary>The most that a day (UTC) may cost. Null: no limit.</summary>
    [Amount]
    public decimal? PerDay { get; set; }

    /// <summary>The most that a calendar month (UTC) may cost. Null: no limit.</summary>
    [Amount]
    public decimal? PerMonth { get; set; }

    /// <summary>What batches do that say nothing themselves, once the budget of a day or month is spent.</summary>
    [Defined("it must be stop or wait")]
    public WhenSpent WhenSpent { get; set; }

    /// <summary>Where alerts are posted to (https://www.standardwebhooks.com). Empty: nowhere.</summary>
    [Address]
    public string AlertUrl { get; set; } = "";

    /// <summary>The secret that alerts are signed with: <c>whsec_</c> and 24 to 64 bytes in base64. Never logged.</summary>
    public string AlertSecret { get; set; } = "";

    /// <summary>The budgets of callers' keys, by the key's name.</summary>
    public Dictionary<string, KeyBudget> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether calls of a key, or without one, have a limit for a day or a month.</summary>
    internal bool HasPeriods(string? key) => (PerDay ?? PerMonth ?? Of(key)?.PerDay ?? Of(key)?.PerMonth) is not null;

    /// <summary>The names of the keys whose callers see what all have made.</summary>
    public IEnumerable<string> Admins => Keys.Where(k => k.Value.Admin).Select(k => k.Key);

    /// <summary>The budget of a key; null where there is none.</summary>
    internal KeyBudget? Of(string? key) => key is null ? null : Keys.GetValueOrDefault(key);

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Budgets";

    /// <inheritdoc/>
    IEnumerable<string> IOptionsSection.FaultsBetween()
    {
        foreach (var fault in Keys.SelectMany(key => RuleChecker.FaultsOf($"Drover:Keys:{key.Key}", key.Value)))
        {
            yield return fault;
        }

        if (AlertSecret.Length > 0 && !WebhookSignature.IsSecret(AlertSecret))
        {
            yield return "Drover:Budgets:AlertSecret is not of the form whsec_BASE64, with 24 to 64 bytes in base64.";
        }
        else if (AlertUrl.Length > 0 && AlertSecret.Length == 0)
        {
            yield return "Drover:Budgets:AlertSecret is not set; alerts to Drover:Budgets:AlertUrl are signed with it (whsec_BASE64).";
        }
    }
}
