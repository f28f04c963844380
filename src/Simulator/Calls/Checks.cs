using System.Globalization;
using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>The API's rules for single members of a body, in its words.</summary>
internal static class Checks
{
    public static SimulatedModel Model(JsonElement root, SimulatorOptions options, out string name)
    {
        if (Member(root, "model") is not { } value)
        {
            throw new ApiException(ApiError.Invalid("you must provide a model parameter", null, null));
        }

        name = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongType("model", "a string", value);
        return SimulatedModel.Find(options.Models, name) ?? throw new ApiException(ApiError.NoModel(name));
    }

    /// <summary>The member, if it is there and not null.</summary>
    public static JsonElement? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static JsonElement Required(JsonElement parent, string name, string path) =>
        Member(parent, name) ?? throw new ApiException(
            ApiError.Invalid($"Missing required parameter: '{path}'.", path, "missing_required_parameter"));

    public static string RequiredText(JsonElement parent, string name, string path) =>
        Required(parent, name, path) is { ValueKind: JsonValueKind.String } value
            ? value.GetString()!
            : throw WrongType(path, "a string", parent.GetProperty(name));

    public static bool Flag(JsonElement parent, string name) => Member(parent, name) is { } value
        && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw WrongType(name, "a boolean", value));

    public static void Decimal(JsonElement parent, string name, double min, double max)
    {
        if (Member(parent, name) is not { } value)
        {
            return;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw WrongType(name, "a decimal", value);
        }

        var number = value.GetDouble();
        if (number < min || number > max)
        {
            throw OutOfRange("decimal", name, number < min, number < min ? min : max, value);
        }
    }

    public static int? Integer(JsonElement parent, string name, int min, int max = int.MaxValue)
    {
        if (Member(parent, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw WrongType(name, "an integer", value);
        }

        return number >= min && number <= max
            ? (int)number
            : throw OutOfRange("integer", name, number < min, number < min ? min : max, value);
    }

    public static ApiException WrongType(string path, string expected, JsonElement got) => new(ApiError.Invalid(
        $"Invalid type for '{path}': expected {expected}, but got {Kind(got)} instead.", path, "invalid_type"));

    public static ApiException WrongValue(string path, string got, params ReadOnlySpan<string> supported)
    {
        var quoted = supported.ToArray().Select(value => $"'{value}'").ToArray();
        var list = quoted.Length == 1 ? quoted[0] : $"{string.Join(", ", quoted[..^1])}, and {quoted[^1]}";
        return new(ApiError.Invalid($"Invalid value: '{got}'. Supported values are: {list}.", path, "invalid_value"));
    }

    public static ApiException EmptyArray(string path) => new(ApiError.Invalid(
        $"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty array instead.", path, "empty_array"));

    private static ApiException OutOfRange(string kind, string name, bool below, double limit, JsonElement got)
    {
        var (word, sign, code) = below ? ("below minimum", ">=", "below_min") : ("above maximum", "<=", "above_max");
        return new(ApiError.Invalid(
            string.Create(CultureInfo.InvariantCulture,
                $"Invalid '{name}': {kind} {word} value. Expected a value {sign} {limit}, but got {got.GetRawText()} instead."),
            name, $"{kind}_{code}_value"));
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => "null",
    };
}
