namespace Drover.Intake;

/// <summary>What a caller asks for; everything may be left out.</summary>
public sealed record NewBatch
{
    /// <summary>The caller's own id. Starting twice with one id is one batch.</summary>
    public string? Id { get; init; }

    /// <summary>The name of a JSONL input that lies under <c>inputs/</c> in the container.</summary>
    public string? Input { get; init; }

    /// <summary>How the caller calls the input.</summary>
    public string? InputName { get; init; }

    /// <summary>The folder of the input on this machine, where files that it names are looked for first; null: there is none.</summary>
    public string? InputFolder { get; init; }

    /// <summary>A blob that holds the input, by its whole name in the container; instead of <see cref="Input"/>.</summary>
    public string? InputBlob { get; init; }

    /// <summary>The route that every line must be for: the batch then keeps to the rules of the OpenAI Batch API.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How long its outcomes are served as files; null: without end.</summary>
    public TimeSpan? OutputLifetime { get; init; }

    /// <summary>The recipe for lines that are sources.</summary>
    public string? Recipe { get; init; }

    /// <summary>The model for sources that name none; <c>auto</c>: chosen item by item.</summary>
    public string? Model { get; init; }

    /// <summary>What models are chosen for: <c>budget</c>, <c>speed</c> or <c>quality</c>. With it, the model is <c>auto</c>.</summary>
    public string? Prefer { get; init; }

    /// <summary>Whether a reply that its recipe cannot use is asked for once more, with the fault; null: as the settings say.</summary>
    public bool? Repair { get; init; }

    /// <summary>Whether the same request is called once; null: as the settings say.</summary>
    public bool? Cache { get; init; }

    /// <summary>
    /// Whether to run it here although another has begun it (<c>BatchOwnership</c>): only when that one is gone for good.
    /// </summary>
    public bool TakeOver { get; init; }

    /// <summary>Whether it goes on with the upstream of now although it began with another.</summary>
    public bool MoveUpstream { get; init; }

    /// <summary>The most that the batch may cost, in US dollars. A batch that is there already is given this limit from now on.</summary>
    public decimal? BudgetUsd { get; init; }

    /// <summary>What it does once the budget of a day or month is spent: <c>stop</c> or <c>wait</c>.</summary>
    public string? WhenSpent { get; init; }

    /// <summary>The name of the caller's key, whose budget the batch counts against.</summary>
    public string? Key { get; init; }

    /// <summary>The hash of the caller's own prompts for the recipe; null: it has none.</summary>
    public string? PromptsHash { get; init; }

    /// <summary>Whether results of earlier batches are carried over into it before it starts.</summary>
    public bool Carries { get; init; }

    /// <summary>Up to 16 pairs of the caller's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
