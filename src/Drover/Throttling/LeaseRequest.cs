namespace Drover.Throttling;

/// <summary>What a process tells the others, and what it wants of them.</summary>
internal sealed record LeaseRequest(string Process)
{
    /// <summary>Its calls under way, and those that it may launch until it has its answer.</summary>
    public int InFlight { get; init; }

    /// <summary>The calls at once that it has use for; 0 with none under way: it gives its share up.</summary>
    public int Wanted { get; init; }

    /// <summary>The requests per minute that it launches.</summary>
    public double Pace { get; init; }

    /// <summary>The requests it wants.</summary>
    public WantedUnits Requests { get; init; }

    /// <summary>The tokens it wants.</summary>
    public WantedUnits Tokens { get; init; }

    /// <summary>The tokens that its calls used beyond those that were taken for them; negative when they used less.</summary>
    public long TokenCorrection { get; init; }

    /// <summary>How long it will be, about, until the process can use what it is handed.</summary>
    public TimeSpan Lead { get; init; }

    public Answers Answers { get; init; }

    public DateTimeOffset PausedUntil { get; init; }

    /// <summary>The requests per minute that the headers state.</summary>
    public long? RequestLimit { get; init; }

    /// <summary>The tokens per minute that the headers state.</summary>
    public long? TokenLimit { get; init; }
}

/// <summary>How many units of a schedule a process wants.</summary>
/// <param name="Least">What it cannot do with less than; 0: it wants none.</param>
/// <param name="Most">What it has use for.</param>
internal readonly record struct WantedUnits(double Least, double Most);
