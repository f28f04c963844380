using Drover.Webhooks;

namespace Drover.Budgets;

/// <summary>How much money may be spent, in US dollars. Section <c>Drover:Budgets</c>.</summary>
/// <remarks>The limits hold over all processes that share a container; give all of them the same.</remarks>
public sealed class BudgetOptions
{
    /// <summary>The most that a batch may cost, unless the batch has a limit of its own. Null: no limit.</summary>
    public decimal? PerBatch { get; set; }

    /// <summary>The most that a day (UTC) may cost. Null: no limit.</summary>
    public decimal? PerDay { get; set; }

    /// <summary>The most that a calendar month (UTC) may cost. Null: no limit.</summary>
    public decimal? PerMonth { get; set; }

    /// <summary>What batches do that say nothing themselves, once the budget of a day or month is spent.</summary>
    public WhenSpent WhenSpent { get; set; }

    /// <summary>Where alerts are posted to (https://www.standardwebhooks.com). Empty: nowhere.</summary>
    public string AlertUrl { get; set; } = "";

    /// <summary>The secret that alerts are signed with: <c>whsec_</c> and 24 to 64 bytes in base64. Never logged.</summary>
    public string AlertSecret { get; set; } = "";

    /// <summary>The budgets of callers' keys, by the key's name.</summary>
    public Dictionary<string, KeyBudget> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether calls of a key, or without one, have a limit for a day or a month.</summary>
    internal bool HasPeriods(string? key) => (PerDay ?? PerMonth ?? Of(key)?.PerDay ?? Of(key)?.PerMonth) is not null;

    /// <summary>The budget of a key; null where there is none.</summary>
    internal KeyBudget? Of(string? key) => key is null ? null : Keys.GetValueOrDefault(key);

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        var limits =
            new[]
            {
                ($"Budgets:{nameof(PerBatch)}", PerBatch),
                ($"Budgets:{nameof(PerDay)}", PerDay),
                ($"Budgets:{nameof(PerMonth)}", PerMonth)
            };
        var ofKeys = Keys.SelectMany(
            k => new[] { ($"Keys:{k.Key}:{nameof(PerDay)}", k.Value.PerDay), ($"Keys:{k.Key}:{nameof(PerMonth)}", k.Value.PerMonth) });
        foreach (var (name, value) in limits.Concat(ofKeys))
        {
            if (value <= 0)
            {
                yield return FormattableString.Invariant(
                    $"Drover:{name} is {value}; it must be more than 0 US dollars, or not set for no limit.");
            }
        }

        if (!Enum.IsDefined(WhenSpent))
        {
            yield return $"Drover:Budgets:WhenSpent is {WhenSpent}; it must be stop or wait.";
        }

        if (AlertUrl.Length > 0 && (!Uri.TryCreate(AlertUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            yield return $"Drover:Budgets:AlertUrl is '{AlertUrl}'; it must be an http or https address.";
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
