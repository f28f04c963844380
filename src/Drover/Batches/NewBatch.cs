namespace Drover.Batches;

/// <summary>What a caller asks for; everything may be left out.</summary>
public sealed record NewBatch
{
    /// <summary>The caller's own id. Starting twice with one id is one batch.</summary>
    public string? Id { get; init; }

    /// <summary>The name of a JSONL input that lies under <c>inputs/</c> in the container.</summary>
    public string? Input { get; init; }

    /// <summary>How the caller calls the input.</summary>
    public string? InputName { get; init; }

    /// <summary>The recipe for lines that are sources.</summary>
    public string? Recipe { get; init; }

    /// <summary>The model for sources that name none.</summary>
    public string? Model { get; init; }

    /// <summary>Up to 16 pairs of the caller's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
