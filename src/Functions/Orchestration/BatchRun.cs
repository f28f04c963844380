using System.Text.Json.Serialization;
using Drover.Batches;

namespace Drover.Functions.Orchestration;

/// <summary>What a <see cref="BatchOrchestrator"/> starts with and, continued as new, hands on to itself.</summary>
public sealed record BatchRun(string BatchId)
{
    /// <summary>The codes of the errors that are to be taken back first, none for all of them; null: none are.</summary>
    public IReadOnlyList<string>? Reopen { get; init; }

    /// <summary>The plan's figures, once there are any.</summary>
    public BatchPlan? Plan { get; init; }

    /// <summary>The next shard of the plan to launch.</summary>
    public int NextShard { get; init; }

    /// <summary>Shards that an audit sent back; they are launched before the rest.</summary>
    public IReadOnlyList<int> Again { get; init; } = [];

    /// <summary>How many audits have found shards that fall short.</summary>
    public int Audits { get; init; }

    /// <summary>The counts over the shards that are settled, and over what is settled of those that wait in the retry queue.</summary>
    public Tally Settled { get; init; } = Tally.Zero;

    /// <summary>The items that wait in the retry queue.</summary>
    public long InRetry { get; init; }

    /// <summary>The shards that have a slice in the retry queue, as the last audit saw them and without those reported since.</summary>
    [JsonPropertyName("Slices")] // As it stands in histories.
    public int Tickets { get; init; }

    /// <summary>Of a batch that goes through stages: the one to run next; null: the one that the plan says.</summary>
    public int? Stage { get; init; }

    /// <summary>What the stages before it have taken.</summary>
    public Tally Spent { get; init; } = Tally.Zero;

    /// <summary>When the audit began that found all items to have their outcome; null: none has found that yet.</summary>
    public DateTimeOffset? FinalizingAt { get; init; }

    /// <summary>Why the batch is being closed early (<c>cancelled</c>), or null.</summary>
    public string? Closing { get; init; }
}
