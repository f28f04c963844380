using Drover.Estimates;
using Drover.Models;

namespace Drover.Functions.Models;

/// <summary>A model as callers see it.</summary>
/// <param name="Input">US dollars per million prompt tokens.</param>
/// <param name="Output">US dollars per million completion tokens.</param>
/// <param name="CachedInput">US dollars per million prompt tokens that were cached; null: as <paramref name="Input"/>.</param>
/// <param name="LatencyMs">How long a short answer takes as a rule.</param>
/// <param name="Quality">From 0 to 100.</param>
/// <param name="ContextTokens">The most tokens of prompt and completion together.</param>
/// <param name="Vision">Whether it takes images.</param>
/// <param name="QualityPerDollar">Points of quality for each dollar of a thousand calls of 1,000 + 250 tokens.</param>
/// <param name="LatencyPerDollar">Milliseconds of latency for each such dollar.</param>
/// <param name="IsListed">Whether the settings list it, so that it may be chosen.</param>
/// <param name="File">What a file would cost under it, if one was given.</param>
internal sealed record ModelView(
    string Model,
    decimal Input,
    decimal Output,
    decimal? CachedInput,
    int? LatencyMs,
    int? Quality,
    int? ContextTokens,
    bool Vision,
    double? QualityPerDollar,
    double? LatencyPerDollar,
    bool IsListed,
    ModelEstimate? File = null)
{
    /// <summary>All models of a catalogue, the most quality per dollar first.</summary>
    public static IReadOnlyList<ModelView> Of(ModelCatalogue models, IReadOnlyDictionary<string, ModelEstimate>? file = null) =>
    [
        .. models.Entries.OrderByDescending(e => e.Value.QualityPerDollar ?? -1).ThenBy(e => e.Key, StringComparer.Ordinal)
        .Select(e => new ModelView(
            e.Key, e.Value.Input, e.Value.Output, e.Value.CachedInput, e.Value.LatencyMs, e.Value.Quality, e.Value.ContextTokens,
            e.Value.Vision,
            Rounded(e.Value.QualityPerDollar), Rounded(e.Value.LatencyPerDollar),
            models.Configured.Contains(e.Key, StringComparer.OrdinalIgnoreCase), file?.GetValueOrDefault(e.Key))),
    ];

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 1) : null;
}
