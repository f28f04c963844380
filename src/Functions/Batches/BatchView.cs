using System.Text.Json.Serialization;
using Drover.Batches;
using Drover.Budgets;
using Drover.Functions.Orchestration;

namespace Drover.Functions.Batches;

/// <summary>A batch as the API shows it.</summary>
public sealed record BatchView
{
    public required string Id { get; init; }

    public string Object => "drover.batch";

    /// <summary>One of <see cref="BatchStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is failed or stopped.</summary>
    public string? Reason { get; init; }

    /// <summary>A code for programs of the reason, where there is one.</summary>
    public string? Code { get; init; }

    /// <summary>The route that its lines are for, of a batch made by the rules of the OpenAI Batch API.</summary>
    public string? Endpoint { get; init; }

    public string? Input { get; init; }

    /// <summary>The id under which <c>/v1/files</c> has the input.</summary>
    public required string InputFileId { get; init; }

    public required string Recipe { get; init; }

    public required string Model { get; init; }

    /// <summary>The upstream that it belongs to: its address, or <c>simulator</c>; null: it may go on with any.</summary>
    public string? Upstream { get; init; }

    /// <summary>Whether answers of it are made up.</summary>
    public bool Simulated { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? InProgressAt { get; init; }

    public DateTimeOffset? FinalizingAt { get; init; }

    public DateTimeOffset? CancellingAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required Counts Counts { get; init; }

    /// <summary>The commonest errors of a batch that has ended, by their code, with an example each; null: there are none.</summary>
    public IReadOnlyList<ErrorGroup>? Errors { get; init; }

    /// <summary>How the stage stands that it is at, of a batch that goes through stages; null for others.</summary>
    public StageProgress? Stage { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    /// <summary>The input tokens that came from the upstream's cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>The output tokens that are not in the answers.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>US dollars, of the calls whose model has a price; null: it is not known of any.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The outcomes whose cost is not known, which <see cref="CostUsd"/> is without.</summary>
    public long Unpriced { get; init; }

    /// <summary>The limits of money that hold for it, and how they stand; null where none is set.</summary>
    public IReadOnlyList<SpendScopeState>? Budgets { get; init; }

    /// <summary>What stands in its way, as the process that answers sees it; null when nothing does.</summary>
    public string? Trouble { get; init; }

    /// <summary>What the ledger counted for it once it has ended, in US dollars; null where no limit is set.</summary>
    public decimal? SpentUsd { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public IReadOnlyDictionary<string, string>? Links { get; init; }

    /// <summary>Whether it runs no more.</summary>
    [JsonIgnore]
    public bool HasEnded => BatchStatus.IsEnd(Status);
}

/// <summary>The counts of a batch; <c>completed + failed + unrun + remaining = total</c>.</summary>
/// <param name="Total">Lines with an item and lines that are none.</param>
/// <param name="Failed">Errors, those of lines that are no items among them.</param>
/// <param name="Invalid">Lines that are no items.</param>
/// <param name="Unrun">Items closed because the batch was cancelled or expired.</param>
/// <param name="Remaining">Items without an outcome.</param>
/// <param name="InRetry">Those of the remaining that failed again and again and wait in the retry queue.</param>
public sealed record Counts(long Total, long Completed, long Failed, long Invalid, long Unrun, long Remaining, long InRetry = 0);
