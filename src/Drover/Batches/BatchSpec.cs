using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Drover.Budgets;
using Drover.Models;

namespace Drover.Batches;

/// <summary>What a batch is: written once, before anything runs, and never changed but for its upstream.</summary>
public sealed partial record BatchSpec
{
    private const char StageMark = '~';

    /// <summary>
    /// The batch's id, which is also the id of its orchestration: 1 to 80 letters, digits, '-' and '_'. (Backends allow an
    /// instance 100 characters, and shards add to it.)
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The blob with the items, named within the container.</summary>
    public required string Input { get; init; }

    /// <summary>The SHA-256 of an input that came with the request, in hex; null when it names one that lies in storage.</summary>
    public string? InputHash { get; init; }

    /// <summary>The blob that the caller named, where <see cref="Input"/> is a copy of it in another form (JSONL in UTF-8).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? GivenInput { get; init; }

    /// <summary>Whether the lines of <see cref="Input"/> are the items of the caller's array, whose own lines are others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CountsItems { get; init; }

    /// <summary>How the caller calls the input, such as a file's name.</summary>
    public string? InputName { get; init; }

    /// <summary>The folder of the input on the machine that it came from, where files that it names are looked for first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? InputFolder { get; init; }

    /// <summary>The recipe for lines that are sources.</summary>
    public required string Recipe { get; init; }

    /// <summary>The model for sources that name none; <c>auto</c>: chosen item by item.</summary>
    public required string Model { get; init; }

    /// <summary>What models are chosen for: <c>budget</c>, <c>speed</c> or <c>quality</c>; null: quality per dollar.</summary>
    public string? Prefer { get; init; }

    /// <summary>Whether a reply that its recipe cannot use is asked for once more, with the fault.</summary>
    public bool Repair { get; init; }

    /// <summary>Whether the same request is called once, in this batch and in others that say so; see <c>AnswerCache</c>.</summary>
    public bool Cache { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Items without an outcome by then end as <c>batch_expired</c>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How it is cut into shards; null: as the options say now.</summary>
    public ShardSizes? Cut { get; init; }

    /// <summary>The route that every line must be for, for a batch made by the rules of the OpenAI Batch API; null for others.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The most items that such a batch may have.</summary>
    public long? MostItems { get; init; }

    /// <summary>How long after the batch's creation its outcomes are served as files; null: without end.</summary>
    public TimeSpan? OutputLifetime { get; init; }

    /// <summary>
    /// The upstream that it began with, and the only one that it goes on with: its address, or <c>simulator</c>. Null, of older batches:
    /// whichever there is.
    /// </summary>
    public string? Upstream { get; init; }

    /// <summary>Whether answers of it are made up.</summary>
    public bool Simulated { get; init; }

    /// <summary>The hash of the caller's own prompts for the recipe; null: it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PromptsHash { get; init; }

    /// <summary>Whether results of earlier batches are carried over into it; see <c>CarriedOutcomes</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Carries { get; init; }

    /// <summary>The name of the caller's key that it was made with, whose budget it counts against; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Up to 16 pairs of the caller's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Whether its input was written for it alone.</summary>
    [JsonIgnore]
    public bool HasOwnInput => InputHash is not null || GivenInput is not null;

    /// <summary>Who pays for its calls.</summary>
    [JsonIgnore]
    public Payer Payer => new(RootOf(Id), Key);

    /// <summary>What it says of models.</summary>
    [JsonIgnore]
    public ModelWish Wish => new(Model, Prefer: ModelWish.Parse<Preference>(Prefer));

    /// <summary>Whether another spec of the same id asks for the same work.</summary>
    public bool AsksForTheSame(BatchSpec other) =>
        string.Equals(Key, other.Key, StringComparison.OrdinalIgnoreCase)
        && Endpoint == other.Endpoint && Recipe == other.Recipe && Model == other.Model && Prefer == other.Prefer
        && InputHash == other.InputHash && (InputHash is not null || (GivenInput ?? Input) == (other.GivenInput ?? other.Input));

    /// <summary>The id of a stage of a batch; see <c>StageRunner</c>. No caller can name one.</summary>
    public static string StageId(string batchId, int stage) => FormattableString.Invariant($"{batchId}{StageMark}{stage}");

    /// <summary>Whether an id is that of a stage.</summary>
    public static bool IsStage(string id) => id.Contains(StageMark);

    /// <summary>The batch that an id belongs to: itself, or the batch that it is a stage of.</summary>
    public static string RootOf(string id) => id.IndexOf(StageMark) is >= 0 and var end ? id[..end] : id;

    /// <summary>Whether a text may be a batch id.</summary>
    public static bool IsId(string text) => IdPattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,79}\z")]
    private static partial Regex IdPattern();
}
