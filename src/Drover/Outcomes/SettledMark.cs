using System.Text.Json;
using Drover.Batches;

namespace Drover.Outcomes;

/// <summary>
/// What a settled shard's results blob bears in its metadata: how long its two blobs are and what is in them.
/// </summary>
/// <remarks>
/// The mark and the lengths are properties of the same stored blob, so they can be compared at any time by listing. If
/// storage was put back to an earlier state, they differ or the mark is gone, and the shard is run again.
/// </remarks>
internal sealed record SettledMark(long ResultsLength, long ErrorsLength, Tally Tally)
{
    public const string Key = "settled";

    /// <summary>Metadata values are ASCII; this JSON is nothing else.</summary>
    public string ToText() => JsonSerializer.Serialize(this, OutcomeJson.Default.SettledMark);

    /// <summary>The mark on a blob with that metadata, if it is there and tells the truth about both lengths.</summary>
    public static SettledMark? Read(IDictionary<string, string>? metadata, long resultsLength, long errorsLength)
    {
        if (metadata is null || !metadata.TryGetValue(Key, out var text))
        {
            return null;
        }

        try
        {
            var mark = JsonSerializer.Deserialize(text, OutcomeJson.Default.SettledMark);
            return mark is not null && mark.ResultsLength == resultsLength && mark.ErrorsLength == errorsLength ? mark : null;
        }
        catch (JsonException)
        {
            return null; // Not written by us: the shard counts as not settled and is run again.
        }
    }
}
