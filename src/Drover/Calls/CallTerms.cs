using Drover.Budgets;

namespace Drover.Calls;

/// <summary>What holds for all calls of one pass over a shard, or for one relayed request.</summary>
/// <param name="Payer">The batch and the caller's key that pay.</param>
/// <param name="IsLimited">Whether any budget holds for the payer. If none does, the ledger is not asked.</param>
public sealed record CallTerms(Payer Payer, bool IsLimited)
{
    /// <summary>Whether somebody waits for the answer.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Whether what is asked for has failed before: then another failure says little about the upstream.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>How many tokens a prompt has to one of the estimate's: <c>BatchPlan.TokenRatio</c>.</summary>
    public double TokenRatio { get; init; } = 1;

    /// <summary>When the pass began; null: the call stands alone.</summary>
    public DateTimeOffset? Since { get; init; }
}
