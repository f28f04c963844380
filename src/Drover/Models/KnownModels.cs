using System.Text.Json;

namespace Drover.Models;

/// <summary>Models that are known without configuration: <c>known-models.json</c>, a resource of the assembly.</summary>
/// <remarks>
/// Prices change: check them. Latency (of an answer of some hundred tokens) and quality are rough marks to begin with; put
/// your own measurements in their place. The most tokens of an image follow the vendors' rules: tiles of 512 pixels, at the
/// most eight (gpt-4o, gpt-4.1), patches of 32 pixels, at the most 1,536, times a factor (gpt-4.1-mini, -nano), width times
/// height over 750 (Claude), tiles of 768 pixels (Gemini).
/// </remarks>
internal static class KnownModels
{
    private const string Resource = "Drover.Models.known-models.json";

    /// <summary>The models by name, in any case.</summary>
    public static IReadOnlyDictionary<string, ModelEntry> All { get; } = Read();

    private static Dictionary<string, ModelEntry> Read()
    {
        using var json = typeof(KnownModels).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly has no resource '{Resource}'.");
        return new Dictionary<string, ModelEntry>(
            JsonSerializer.Deserialize(json, ModelJson.Default.DictionaryStringModelEntry)!, StringComparer.OrdinalIgnoreCase);
    }
}
