using System.Globalization;
using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>Values as JSON Schema compares them: numbers by what they are, not by how they are written; members in any order.</summary>
internal sealed class SchemaValues : IEqualityComparer<JsonElement>
{
    public static SchemaValues Comparer { get; } = new();

    public static bool AreEqual(JsonElement one, JsonElement other)
    {
        try
        {
            return JsonElement.DeepEquals(one, other);
        }
        catch (ArgumentOutOfRangeException)
        {
            return one.GetRawText() == other.GetRawText(); // A number whose exponent is no int.
        }
    }

    /// <summary>Compares two numbers: exactly where both have at most 28 digits.</summary>
    public static int Compare(JsonElement one, JsonElement other) =>
        ExactOf(one) is { } a && ExactOf(other) is { } b ? a.CompareTo(b) : one.GetDouble().CompareTo(other.GetDouble());

    /// <summary>Whether a number has no fraction, as 5, 5.0 and 1e2.</summary>
    public static bool IsWhole(JsonElement number) =>
        number.TryGetInt64(out _) || (ExactOf(number) is { } exact ? decimal.IsInteger(exact) : double.IsInteger(number.GetDouble()));

    /// <summary>A number without its fraction, rounded; one that is too large to have one stays as it is.</summary>
    public static JsonElement Round(JsonElement number) => !number.TryGetInt64(out _) && ExactOf(number) is { } exact
        ? JsonElement.Parse(Math.Round(exact).ToString("0", CultureInfo.InvariantCulture))
        : number;

    /// <summary>Whether a number is a multiple of another, which is more than 0.</summary>
    public static bool IsMultiple(JsonElement number, JsonElement step)
    {
        if (ExactOf(number) is { } a && ExactOf(step) is { } b)
        {
            return a % b == 0;
        }

        return double.IsInteger(number.GetDouble() / step.GetDouble());
    }

    public bool Equals(JsonElement one, JsonElement other) => AreEqual(one, other);

    public int GetHashCode(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return value.EnumerateObject().Aggregate(1, (sum, m) => unchecked(sum + HashCode.Combine(m.Name, GetHashCode(m.Value))));
            case JsonValueKind.Array:
                return value.EnumerateArray().Aggregate(2, (sum, item) => HashCode.Combine(sum, GetHashCode(item)));
            case JsonValueKind.String:
                return value.GetString()!.GetHashCode(StringComparison.Ordinal);
            case JsonValueKind.Number:
                return value.GetDouble().GetHashCode();
            default:
                return (int)value.ValueKind;
        }
    }

    // A decimal drops what its 28 digits cannot hold, so a number that is not 0 may come out as 0.
    private static decimal? ExactOf(JsonElement number) =>
        number.TryGetDecimal(out var exact) && (exact != 0 || number.GetDouble() == 0) ? exact : null;
}
