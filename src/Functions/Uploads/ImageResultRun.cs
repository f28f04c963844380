namespace Drover.Functions.Uploads;

/// <summary>What an <see cref="ImageResultOrchestrator"/> hands on to itself.</summary>
public sealed record ImageResultRun(string BatchId)
{
    /// <summary>How many lines of each outcome blob are written as results.</summary>
    public IReadOnlyDictionary<string, int> Done { get; init; } = new Dictionary<string, int>();

    /// <summary>Whether the batch has ended and all is written.</summary>
    public bool IsOver { get; init; }

    /// <summary>How often the batch was stopped and started again.</summary>
    public int Restarts { get; init; }
}
