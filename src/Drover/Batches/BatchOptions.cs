namespace Drover.Batches;

/// <summary>How batches are cut up, tried again and written. Section <c>Drover:Batches</c>.</summary>
public sealed class BatchOptions
{
    /// <summary>The most items in a shard.</summary>
    public int ShardItems { get; set; } = 400;

    /// <summary>The most bytes of input in a shard of more than one item. A shard's range is read into memory whole.</summary>
    public int ShardBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest input line, in bytes. A longer one is an error line.</summary>
    public int MaxLineBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many shards of one batch are in flight at once.</summary>
    public int OpenShards { get; set; } = 16;

    /// <summary>How often an item that keeps failing for a passing reason is tried before it goes to the retry queue.</summary>
    public int MaxPasses { get; set; } = 6;

    /// <summary>The wait before the second pass; it doubles with each pass, up to <see cref="LongestWait"/>, with full jitter.</summary>
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between passes, unless the upstream asks for more.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How often it is tried again by way of the retry queue before it is a dead letter. 0: the last pass's failure is its error.
    /// </summary>
    public int MaxRetries { get; set; } = 6;

    /// <summary>
    /// The wait in the retry queue before the first of these tries; it doubles with each, up to <see cref="LongestRetry"/>.
    /// </summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait in the retry queue, unless the upstream asks for more.</summary>
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long one pass launches calls before it hands back to its orchestrator.</summary>
    public TimeSpan PassSlice { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Outcomes are appended when so many are waiting …</summary>
    public int AppendItems { get; set; } = 100;

    /// <summary>… or when the first of them has waited so long.</summary>
    public TimeSpan AppendInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a pass keeps trying to append when storage does not answer.</summary>
    public TimeSpan AppendPatience { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>How soon after its creation a batch expires: its items that have no outcome by then end as <c>batch_expired</c>.</summary>
    public TimeSpan CompletionWindow { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long the history of an orchestration that has ended is kept, from its start on. A batch's own record and its outcomes stay.
    /// </summary>
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

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, value, least, most) in new[]
        {
            (nameof(ShardItems), ShardItems, 1, 10_000),
            (nameof(ShardBytes), ShardBytes, 1024, 64 * 1024 * 1024),
            (nameof(MaxLineBytes), MaxLineBytes, 1024, 256 * 1024 * 1024),
            (nameof(OpenShards), OpenShards, 1, 100),
            (nameof(MaxPasses), MaxPasses, 1, 1000),
            (nameof(MaxRetries), MaxRetries, 0, 100),
            (nameof(AppendItems), AppendItems, 1, 10_000),
        })
        {
            if (value < least || value > most)
            {
                yield return $"Drover:Batches:{name} is {value}; it must be from {least:N0} to {most:N0}.";
            }
        }

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(FirstWait), FirstWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            (nameof(LongestWait), LongestWait, FirstWait, TimeSpan.FromDays(1)),
            (nameof(FirstRetry), FirstRetry, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(LongestRetry), LongestRetry, FirstRetry, TimeSpan.FromDays(6)),
            (nameof(PassSlice), PassSlice, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(9)),
            (nameof(AppendInterval), AppendInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            (nameof(AppendPatience), AppendPatience, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            (nameof(CompletionWindow), CompletionWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
            (nameof(HistoryRetention), HistoryRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(3650)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"Drover:Batches:{name} is {value}; it must be from {least} to {most}, written as d.hh:mm:ss.";
            }
        }
    }
}
