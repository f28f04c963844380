using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>One level of a <see cref="ReplySchema"/>: rules that hold for the same value.</summary>
/// <param name="pointer">Where it stands in the schema, as <c>#/…</c>.</param>
internal sealed class SchemaNode(string pointer) : ISchemaRule
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where it stands in the schema, as <c>#/…</c>.</summary>
    public string Pointer => pointer;

    /// <summary>What it says; nothing: any value will do.</summary>
    public IReadOnlyList<ISchemaRule> Rules { get; set; } = [];

    /// <summary>Whether it is <c>false</c>: no value will do.</summary>
    public bool IsNothing => Rules is [NothingRule];

    public bool NamesNull => Rules.Any(r => r.NamesNull);

    public IEnumerable<SchemaNode> InPlace => Rules.SelectMany(r => r.InPlace);

    public bool IsFor(JsonElement value) => Rules.All(r => r.IsFor(value));

    /// <summary>Whether a value is another one than the constant, or those, that it must be.</summary>
    public bool IsOther(JsonElement value) => Rules.OfType<ValueRules>().Any(r => r.IsOther(value));

    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass) => Write(Rules, json, value, path, pass);

    /// <summary>Writes a value as several rules want it: each takes what the one before has made of it.</summary>
    public static string? Write(IReadOnlyList<ISchemaRule> rules, Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        if (!pass.Step() || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            pass.Step(SchemaPass.MostSteps);
            return $"{SchemaWords.Name(path)} takes too many steps to hold against its schema.";
        }

        if (rules.Count == 1)
        {
            return rules[0].Write(json, value, path, pass);
        }

        foreach (var rule in rules)
        {
            string? fault;
            if (json is null)
            {
                fault = rule.Write(null, value, path, pass);
            }
            else if (Rewrite(rule, value, path, pass, out fault) is { } next)
            {
                value = next;
            }

            if (fault is not null)
            {
                return fault;
            }
        }

        if (json is not null)
        {
            value.WriteTo(json);
        }

        return null;
    }

    /// <summary>The value as a rule wants it; null with what is wrong with it.</summary>
    public static JsonElement? Rewrite(ISchemaRule rule, JsonElement value, string path, SchemaPass pass, out string? fault)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            fault = rule.Write(json, value, path, pass);
        }

        return fault is null ? JsonElement.Parse(output.WrittenSpan) : null;
    }
}
