using System.Text;
using System.Text.Json;
using Drover.Recipes;
using Drover.Recipes.Schemas;
using Json.Schema;

namespace Drover.Tests.Recipes.Schemas;

/// <summary>The verdicts beside those of JsonSchema.Net, which only checks.</summary>
public sealed class SchemaOracleTests
{
    private static readonly EvaluationOptions Checked = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FaultOf_RandomSchemasAndValues_AgreesWithTheOracle(int seed)
    {
        const int Schemas = 800;
        const int Values = 8;
        var random = new RandomSchemas(new Random(seed));
        var (valid, invalid, mended, endless) = (0, 0, 0, 0);
        for (var i = 0; i < Schemas; i++)
        {
            var written = random.Schema();
            if (Parse(written.ToJsonString()) is not { } schema)
            {
                endless++;
                continue;
            }

            var oracle = JsonSchema.FromText(written.ToJsonString());
            for (var j = 0; j < Values; j++)
            {
                var value = JsonElement.Parse(random.Value(written, written)?.ToJsonString() ?? "null");
                var expected = oracle.Evaluate(value, Checked).IsValid;
                var fault = schema.FaultOf(value);
                Assert.True(
                    expected == fault is null,
                    $"The oracle says {expected}, Drover '{fault}', to {value.GetRawText()} by {written.ToJsonString()}");
                (valid, invalid) = expected ? (valid + 1, invalid) : (valid, invalid + 1);

                var data = schema.Read(value, out _);
                if (expected)
                {
                    Assert.True(
                        data is { } same && JsonElement.DeepEquals(same, value),
                        $"{value.GetRawText()} was made {data} by {written.ToJsonString()}");
                }
                else if (data is { } made)
                {
                    mended++;
                    Assert.True(
                        oracle.Evaluate(made, Checked).IsValid,
                        $"{value.GetRawText()} was mended to {made.GetRawText()}, which is invalid by {written.ToJsonString()}");
                }
            }
        }

        Assert.True(endless < Schemas / 3, $"{endless} of {Schemas} schemas refer to themselves without end.");
        Assert.True(
            valid > 1_000 && invalid > 1_000 && mended > 50, $"Too few to tell: {valid} valid, {invalid} invalid, {mended} mended.");
    }

    private static ReplySchema? Parse(string schema)
    {
        try
        {
            return ReplySchema.Parse(Encoding.UTF8.GetBytes(schema));
        }
        catch (PromptFaultException e) when (e.Message.Contains("refers to itself without end", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
