using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary><c>anyOf</c> and <c>oneOf</c>.</summary>
/// <remarks>
/// A value that fits an alternative as it is stays that; only one that fits none is mended to fit the first that it can be.
/// </remarks>
/// <param name="isOne">Whether a value must fit one and no other.</param>
internal sealed class AlternativesRule(IReadOnlyList<SchemaNode> alternatives, bool isOne) : ISchemaRule
{
    public bool NamesNull => alternatives.Any(a => a.NamesNull);

    public IEnumerable<SchemaNode> InPlace => alternatives;

    public bool IsFor(JsonElement value) => alternatives.Any(a => a.IsFor(value));

    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        var (fitting, fault) = Fitting(value, path, pass);
        if (fitting.Count == 1 || (fitting.Count > 0 && !isOne))
        {
            return json is null ? null : fitting[0].Write(json, value, path, pass);
        }

        if (fitting.Count > 1)
        {
            return $"{SchemaWords.Name(path)} fits more than one of the forms that it may have ({fitting[0].Pointer}, {fitting[1].Pointer}).";
        }

        if (!pass.Mends)
        {
            return fault;
        }

        foreach (var alternative in MeantFor(value) is { Count: > 0 } meant ? meant : alternatives)
        {
            if (SchemaNode.Rewrite(alternative, value, path, pass, out fault) is not { } mended)
            {
                continue;
            }

            var (fits, why) = Fitting(mended, path, pass);
            if (fits.Count == 1 || (fits.Count > 0 && !isOne))
            {
                if (json is not null)
                {
                    mended.WriteTo(json);
                }

                return null;
            }

            fault = why ?? $"{SchemaWords.Name(path)} fits more than one of the forms that it may have.";
        }

        return fault;
    }

    private List<SchemaNode> MeantFor(JsonElement value) => [.. alternatives.Where(a => a.IsFor(value))];

    // Those that it fits as it is, two at the most, for anyOf one; and if there is none, why. Of those that it was meant for, if
    // there are any, the last one's fault tells the most.
    private (List<SchemaNode> Fitting, string? Fault) Fitting(JsonElement value, string path, SchemaPass pass)
    {
        var (fitting, fault, isMeant) = (new List<SchemaNode>(), default(string), false);
        foreach (var alternative in alternatives)
        {
            if (alternative.Write(null, value, path, pass.AsIs) is { } why)
            {
                var isThis = alternative.IsFor(value);
                (fault, isMeant) = isThis || !isMeant ? (why, isThis) : (fault, isMeant);
                continue;
            }

            fitting.Add(alternative);
            if (fitting.Count == (isOne ? 2 : 1))
            {
                break;
            }
        }

        return (fitting, fitting.Count == 0 ? fault : null);
    }
}
