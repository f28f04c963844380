using Drover.Settings;

namespace Drover.Batches;

/// <summary>How batches are cut up, tried again and written. Section <c>Drover:Batches</c>.</summary>
public sealed class BatchOptions : IOptionsSection
{
    /// <summary>The most items in a shard.</summary>
    [Between(1, 10_000)]
    public int ShardItems { get; set; } = 400;

    /// <summary>The most bytes of input in a shard of more than one item. A shard's range is read into memory whole.</summary>
    [Between(1024, 64 * 1024 * 1024)]
    public int ShardBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest input line, in bytes. A longer one is an error line.</summary>
    [Between(1024, 256 * 1024 * 1024)]
    public int MaxLineBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many shards of one batch are in flight at once.</summary>
    [Between(1, 100)]
    public int OpenShards { get; set; } = 16;

    /// <summary>How often an item that keeps failing for a passing reason is tried before it goes to the retry queue.</summary>
    [Between(1, 1000)]
    public int MaxPasses { get; set; } = 6;

    /// <summary>The wait before the second pass; it doubles with each pass, up to <see cref="LongestWait"/>, with full jitter.</summary>
    [Duration("00:00:00.001", "01:00:00")]
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between passes, unless the upstream asks for more.</summary>
    [Duration(null, "1.00:00:00", LeastIs = nameof(FirstWait))]
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often it is tried again by way of the retry queue before it is a dead letter. 0: the last pass's failure is its error.
    /// </summary>
    [Between(0, 100)]
    public int MaxRetries { get; set; } = 6;

    /// <summary>
    /// The wait in the retry queue before the first of these tries; it doubles with each, up to <see cref="LongestRetry"/>.
    /// </summary>
    [Duration("00:00:01", "1.00:00:00")]
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait in the retry queue, unless the upstream asks for more.</summary>
    [Duration(null, "6.00:00:00", LeastIs = nameof(FirstRetry))]
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long one pass launches calls before it hands back to its orchestrator.</summary>
    [Duration("00:00:01", "00:09:00")]
    public TimeSpan PassSlice { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Outcomes are appended when so many are waiting …</summary>
    [Between(1, 10_000)]
    public int AppendItems { get; set; } = 100;

    /// <summary>… or when the first of them has waited so long.</summary>
    [Duration("00:00:00.001", "00:01:00")]
    public TimeSpan AppendInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a pass keeps trying to append when storage does not answer.</summary>
    [Duration("00:00:01", "01:00:00")]
    public TimeSpan AppendPatience { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>How soon after its creation a batch expires: its items that have no outcome by then end as <c>batch_expired</c>.</summary>
    [Duration("00:01:00", "365.00:00:00")]
    public TimeSpan CompletionWindow { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long the history of an orchestration that has ended is kept, from its start on. A batch's own record and its outcomes stay.
    /// </summary>
    [Duration("01:00:00", "3650.00:00:00")]
    public TimeSpan HistoryRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// A folder on a disk that outlives the process, for outcomes between the answer and the append (see
    /// <c>docs/decisions/0002-spool.md</c>). Empty: none.
    /// </summary>
    public string SpoolPath { get; set; } = "";

    /// <summary>
    /// What this process's history of orchestrations goes by, in words: a batch that another has begun is not run here. Empty:
    /// all processes on the storage share one history, as the instances of a function app do.
    /// </summary>
    public string Holder { get; set; } = "";

    /// <summary>The only batch that this process calls anything for; the others wait. Empty: all.</summary>
    public string Only { get; set; } = "";

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Batches";
}
