using System.Text.Json;

namespace Drover.Simulator.Answers;

/// <summary>A number within a schema's bounds; 0 to 100 where it has none.</summary>
internal static class NumberInstance
{
    public static decimal Make(JsonElement schema, bool isInteger, string name, ulong draw)
    {
        var step = Bound(schema, "multipleOf") ?? (isInteger ? 1m : 0.01m);
        var isFraction = !isInteger && LooksLikeConfidence(name) && Bound(schema, "minimum") is null && Bound(schema, "maximum") is null;
        var min = Bound(schema, "minimum") ?? (Bound(schema, "exclusiveMinimum") + step);
        var max = Bound(schema, "maximum") ?? (Bound(schema, "exclusiveMaximum") - step);
        var low = min ?? Math.Min(0, max ?? 0);
        var high = max ?? low + (isFraction ? 1 : 100);
        if (LooksLikeConfidence(name))
        {
            low += (high - low) / 2;
        }

        var first = Math.Ceiling(low / step);
        var steps = Math.Floor(high / step) - first;
        return steps < 0 ? low : (first + Math.Floor((decimal)StableHash.Unit(draw) * (steps + 1))) * step;
    }

    private static bool LooksLikeConfidence(string name) =>
        name.Contains("confidence", StringComparison.OrdinalIgnoreCase) || name.Contains("score", StringComparison.OrdinalIgnoreCase);

    private static decimal? Bound(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number)
            ? number
            : null;
}
