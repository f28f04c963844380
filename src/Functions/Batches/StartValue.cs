using System.Globalization;
using System.Text.Json;
using Drover.Json;

namespace Drover.Functions.Batches;

/// <summary>What a caller says of one parameter of a batch: a JSON value in the body, a text in the query.</summary>
/// <param name="faults">Takes what is wrong with it.</param>
internal sealed class StartValue(string name, JsonElement? json, string? text, List<string> faults)
{
    public string? Text() => text ?? (json?.ValueKind == JsonValueKind.String ? json.Value.GetString() : Fault("a text"));

    public decimal? Number()
    {
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (text is null
            ? json is { ValueKind: JsonValueKind.Number } given && given.TryGetDecimal(out var number)
            : decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out number))
        {
            return number;
        }

        Fault("a number");
        return null;
    }

    public bool? Flag()
    {
        switch (text ?? json?.GetRawText())
        {
            case "true":
                return true;
            case "false":
                return false;
            default:
                Fault("true or false");
                return null;
        }
    }

    public Dictionary<string, string>? Texts()
    {
        if (json is not { ValueKind: JsonValueKind.Object } pairs)
        {
            Fault("an object of texts");
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs.EnumerateObject())
        {
            texts[pair.Name] = new StartValue($"{name}.{pair.Name}", pair.Value, null, faults).Text() ?? "";
        }

        return texts;
    }

    /// <summary>Notes that it breaks a rule.</summary>
    public string? Fault(string rule)
    {
        var said = text is null ? Excerpt.Of(json?.GetRawText() ?? "", 100) : $"'{Excerpt.Of(text, 100)}'";
        faults.Add($"'{Excerpt.Of(name, 100)}' is {said}; it must be {rule}.");
        return null;
    }
}
