using System.Text.Json.Serialization;

namespace Drover.Throttling;

/// <summary>What the processes that use one upstream share: the content of its ledger blob.</summary>
internal sealed record LimitsDocument
{
    /// <summary>When the next request is due.</summary>
    public DateTimeOffset RequestsDue { get; init; }

    /// <summary>When the next token is due.</summary>
    public DateTimeOffset TokensDue { get; init; }

    /// <summary>Until when the upstream asked to be left alone.</summary>
    public DateTimeOffset PausedUntil { get; init; }

    public Adaptation Adaptation { get; init; } = new();

    /// <summary>The requests per minute that the upstream's headers state.</summary>
    public LearnedLimit? RequestLimit { get; init; }

    /// <summary>The tokens per minute that the upstream's headers state.</summary>
    public LearnedLimit? TokenLimit { get; init; }

    public IReadOnlyList<Holder> Holders { get; init; } = [];

    /// <summary>The requests per minute to keep to; 0 for no limit.</summary>
    public double RequestsPerMinute(ThrottleLimits limits) =>
        Lower(limits.RequestsPerMinute, RequestLimit) is > 0 and var rate ? rate * Math.Min(1, Adaptation.Factor)
        : Adaptation.Measured * Adaptation.Factor;

    /// <summary>The tokens per minute to keep to; 0 for no limit.</summary>
    public double TokensPerMinute(ThrottleLimits limits) => Lower(limits.TokensPerMinute, TokenLimit) * Math.Min(1, Adaptation.Factor);

    // Headers never raise a limit.
    private static double Lower(long configured, LearnedLimit? stated) =>
        stated is null ? configured : configured > 0 ? Math.Min(configured, stated.PerMinute) : stated.PerMinute;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LimitsDocument))]
internal sealed partial class LimitsJson : JsonSerializerContext;
