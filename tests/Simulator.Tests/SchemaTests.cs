using System.Text.Json;

namespace Drover.Simulator.Tests;

public sealed class SchemaTests
{
    private const string Text =
        "Drovers walked cattle over the hills to the markets. They knew the roads and the fords. Railways ended their trade.";

    [Theory]
    [InlineData("""{"type":"object","properties":{"keywords":{"type":"array","items":{"type":"string"},"minItems":5,"maxItems":5},"summary":{"type":"string","maxLength":40},"confidence":{"type":"integer","minimum":0,"maximum":100}},"required":["keywords","summary","confidence"],"additionalProperties":false}""")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":-5,"maximum":-5},"minItems":3,"maxItems":4}""")]
    [InlineData("""{"type":"object","properties":{"a":{"enum":["x","y",3]},"b":{"const":null},"c":{"type":["null","number"],"exclusiveMinimum":0,"exclusiveMaximum":1}},"required":["a","b","c"]}""")]
    [InlineData("""{"type":"object","properties":{"name":{"type":"string","minLength":300,"maxLength":310}},"required":["name"]}""")]
    [InlineData("""{"type":"object","properties":{"name":{"type":"string","maxLength":1},"n":{"type":"number","multipleOf":0.5,"minimum":1.2,"maximum":1.7},"big":{"type":"integer","minimum":1000}},"required":["name","n","big"]}""")]
    [InlineData("""{"$defs":{"node":{"type":"object","properties":{"value":{"type":"boolean"},"next":{"$ref":"#/$defs/node"}},"required":["value"]}},"$ref":"#/$defs/node"}""")]
    [InlineData("""{"type":"object","properties":{"list":{"type":"array","items":{"anyOf":[{"type":"null"},{"type":"object","properties":{"day":{"type":"string","format":"date"}},"required":["day"]}]},"minItems":2}},"required":["list"]}""")]
    [InlineData("""{"type":"array","items":{"type":"string"},"minItems":60,"maxItems":60,"uniqueItems":true}""")]
    [InlineData("""{"properties":{"a":{"items":{"type":"string"}}},"required":["a"]}""")]
    public async Task Chat_Schema_AnswerIsAnInstance(string schema)
    {
        await using var upstream = await Upstream.StartAsync();

        var answer = await upstream.ChatTextAsync(Upstream.Body(Text, Format(schema)));

        var root = JsonElement.Parse(schema);
        Assert.Empty(SchemaCheck.Faults(JsonElement.Parse(answer), root, root, "$"));
    }

    [Theory]
    [InlineData("""{"type":"array","minItems":1000000000}""")]
    [InlineData("""{"type":"string","minLength":1000000000}""")]
    [InlineData("""{"enum":5}""")]
    [InlineData("""{"type":"object","properties":[]}""")]
    [InlineData("""{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}""")]
    public async Task Chat_SchemaNobodyCouldMeet_Is400(string schema)
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body(Text, Format(schema))), 400);

        Assert.StartsWith("Invalid schema for response_format", error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"anyOf":[{"$ref":"#"}]}""")]
    [InlineData("""{"$ref":"https://example.com/other"}""")]
    public async Task Chat_SchemaThatLeadsNowhere_IsAnsweredAllTheSame(string schema)
    {
        await using var upstream = await Upstream.StartAsync();

        JsonElement.Parse(await upstream.ChatTextAsync(Upstream.Body(Text, Format(schema))));
    }

    [Fact]
    public async Task Chat_ExtractSchema_HasWordsOfTheTextNotOfTheInstructions()
    {
        await using var upstream = await Upstream.StartAsync();
        var format = Format("""
            {"type":"object","properties":{"keywords":{"type":"array","items":{"type":"string"},"minItems":5,"maxItems":5},"summary":{"type":"string","maxLength":60}}}
            """);
        var instructions = "Extract five keywords and a summary from the source below. " + string.Concat(
            Enumerable.Repeat("Be exact and brief. ", 20));

        var answer = JsonElement.Parse(await upstream.ChatTextAsync(
            Upstream.Body($"{instructions}\n\nTitle: Drovers\nAddress: https://example.com/\n\n{Text}", format)));

        Assert.All(answer.GetProperty("keywords").EnumerateArray(), word => Assert.Contains(word.GetString()!, Text));
        Assert.Equal("Drovers walked cattle over the hills to the markets.", answer.GetProperty("summary").GetString());
    }

    private static string Format(string schema) =>
        $$$"""
        "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{{{schema}}}}}
        """;
}
