using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Drover.Recipes;
using Drover.Recipes.Schemas;

namespace Drover.Tests.Recipes;

public sealed class ReplySchemaTests
{
    [Theory]
    [InlineData("""{"type":"strng"}""", "'#/type' is \"strng\"; there are object, array, string, number, integer, boolean, null.")]
    [InlineData(
        """{"properties":{"grade":{"type":"string","maxLength":-1}}}""", "'#/properties/grade/maxLength' is -1; it must be 0 or more.")]
    [InlineData(
        """{"properties":{"a/b":{"minItems":1.5}}}""", "'#/properties/a~1b/minItems' is 1.5; it must be a whole number of 0 or more.")]
    [InlineData("""{"pattern":"(a"}""", "'#/pattern' is \"(a\"; it must be a regular expression that .NET can run (Invalid pattern '(a' at offset 2. Not enough )'s).")]
    [InlineData(
        """{"pattern":"\\p{Script=Greek}"}""",
        "'#/pattern' is \"\\\\p{Script=Greek}\"; it must be a regular expression that .NET can run (")]
    [InlineData("""{"pattern":"a\\Z"}""", "'#/pattern' is \"a\\\\Z\"; it must be a regular expression that .NET can run ('\\Z' is no part of ECMAScript; write ^ or $).")]
    [InlineData("""{"$ref":"#/$defs/gone"}""", "'#/$ref' is \"#/$defs/gone\"; there is nothing at that place of the schema.")]
    [InlineData(
        """{"items":{"$ref":"https://example.com/s"}}""",
        "'#/items/$ref' is \"https://example.com/s\"; it must be # or begin with #/, since only what is in the schema is referred to.")]
    [InlineData("""{"$ref":"#"}""", "'#' refers to itself without end: # → #.")]
    [InlineData(
        """{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/a"}]}}}""",
        "'#/$defs/a' refers to itself without end: #/$defs/a → #/$defs/a/allOf/0 → #/$defs/b → #/$defs/b/anyOf/1 → #/$defs/a.")]
    [InlineData(
        """{"items":[{"type":"string"}]}""",
        "'#/items' is [{\"type\":\"string\"}]; it must be one schema; a list of them is 'prefixItems'.")]
    [InlineData("""{"multipleOf":0}""", "'#/multipleOf' is 0; it must be more than 0.")]
    [InlineData(
        """{"properties":{"a":{"$id":"x","items":{"$ref":"#"}}}}""",
        "'#/properties/a/$id' is \"x\"; a schema with an address of its own must have no '$ref', which would begin there.")]
    [InlineData("""{"if":{"type":"null"}}""", "'#/if' is not supported; there are $ref,")]
    [InlineData("""[1]""", "'#' is [1]; a schema must be an object, true or false.")]
    [InlineData("""{"type":""", "It is no JSON schema: ")]
    public void Parse_WhatNoReplyCouldBe_IsRefusedBeforeAnythingIsPaid(string schema, string message)
    {
        var told = Assert.Throws<PromptFaultException>(() => Parse(schema)).Message;

        if (message[^1] == '.')
        {
            Assert.Equal(message, told);
        }
        else
        {
            Assert.StartsWith(message, told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Parse_SeveralFaults_AreToldTogether() =>
        Assert.Equal(
            "'#/properties/a/type' is \"text\"; there are object, array, string, number, integer, boolean, null. "
            + "'#/properties/b/enum' is []; it must be a list of at least one value. "
            + "'#/required' is \"a\"; it must be a list of texts.",
            Assert.Throws<PromptFaultException>(
                () => Parse("""{"properties":{"a":{"type":"text"},"b":{"enum":[]}},"required":"a"}""")).Message);

    [Fact]
    public void Parse_AChainOfReferencesOrAHugeSchema_IsRefusedAndOverflowsNothing()
    {
        var chain = string.Join(",", Enumerable.Range(0, 5_000).Select(i => $$"""
            "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"}
            """));
        var doubling = string.Join(",", Enumerable.Range(0, 30).Select(i => $$"""
            "d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
            """));
        var many = string.Join(",", Enumerable.Repeat("""{"type":"null"}""", 10_001));

        Assert.Contains(
            "there may be 64 within each other", Fault($$$"""{"$ref":"#/$defs/d0","$defs":{{{{chain}}},"d5000":true} }"""),
            StringComparison.Ordinal);
        Assert.Contains(
            "10,000 in all", Fault($$$"""{"$ref":"#/$defs/d0","$defs":{{{{doubling}}},"d30":true} }"""), StringComparison.Ordinal);
        Assert.Contains("is one schema too many; there may be 10,000.", Fault($$"""{"anyOf":[{{many}}]}"""), StringComparison.Ordinal);
        Assert.StartsWith(
            "It is no JSON schema: ", Fault(string.Concat(Enumerable.Repeat("""{"items":""", 100)) + "{}" + new string('}', 100)),
            StringComparison.Ordinal);
        Assert.Equal("The schema is 1,048,577 bytes long; it must be at most 1,048,576.", Fault(new string(' ', 1_048_577)));

        static string Fault(string schema) => Assert.Throws<PromptFaultException>(() => Parse(schema)).Message;
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "…")]
    [InlineData(2, "🐄…")]
    [InlineData(3, "🐄🐄…")]
    [InlineData(4, "🐄🐄🐄🐄")]
    public void Read_ATextThatIsTooLong_IsCutBetweenCharacters(int most, string expected)
    {
        var data = Parse($$$"""{"properties":{"herd":{"type":"string","maxLength":{{{most}}} } } }""")
            .Read(JsonElement.Parse("""{"herd":"🐄🐄🐄🐄"}"""), out var fault);

        Assert.Null(fault);
        Assert.Equal(expected, data!.Value.GetProperty("herd").GetString());
    }

    [Theory]
    [InlineData("""{"$ref":"#/$defs/a~1b%20c","$defs":{"a/b c":{"type":"integer"}}}""", "1.6", "2")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"number"}]}""", "1.6", "1.6")]
    [InlineData("""{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}]}""", "\"abcde\"", "\"ab…\"")]
    [InlineData(
        """{"oneOf":[{"type":"object","additionalProperties":false,"properties":{"kind":{"const":"a"}}},{"type":"object","additionalProperties":false,"properties":{"kind":{"const":"b"},"n":{"type":"integer"}}}]}""",
        """{"kind":"b","n":1.2,"more":1}""", """{"kind":"b","n":1}""")]
    [InlineData(
        """{"allOf":[{"properties":{"a":{"maxLength":2}}},{"properties":{"b":{"type":"integer"}}}],"required":["a"]}""",
        """{"a":"xyz","b":0.7}""", """{"b":1,"a":"x…"}""")]
    [InlineData("""{"uniqueItems":true,"items":{"type":"integer"}}""", "[3,1,3.0,2]", "[3,1,2]")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """["a",1]""", """["a"]""")]
    [InlineData(
        """{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"],"additionalProperties":false}""",
        """{"next":{"next":{"x":1}}}""", """{"next":{"next":{"next":null}}}""")]
    [InlineData("""{"type":"integer"}""", "9007199254740993", "9007199254740993")]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"a":1.9}""", """{"a":2}""")]
    public void Read_WhatIsTooMuch_IsMendedThroughReferencesAndAlternatives(string schema, string value, string expected)
    {
        var data = Parse(schema).Read(JsonElement.Parse(value), out var fault);

        Assert.Null(fault);
        Assert.Equal(expected, data?.GetRawText());
    }

    [Theory]
    [InlineData("""{"required":["a"]}""", "{}", "'a' is missing.")]
    [InlineData(
        """{"oneOf":[{"type":"integer"},{"minimum":0}]}""", "1",
        "The reply fits more than one of the forms that it may have (#/oneOf/0, #/oneOf/1).")]
    [InlineData(
        """{"oneOf":[{"properties":{"kind":{"const":"a"},"n":{"type":"integer"}}},{"properties":{"kind":{"const":"b"}}}]}""",
        """{"kind":"a","n":"x"}""", "'n' must be a whole number; it is a text.")]
    [InlineData(
        """{"properties":{"d":{"format":"date"}}}""", """{"d":"2023-02-29"}""", "'d' is \"2023-02-29\"; it must be of the format date.")]
    [InlineData("""{"properties":{"d":{"pattern":"^[A-Z]+$"}}}""", """{"d":"A1"}""", "'d' is \"A1\"; it must match the pattern ^[A-Z]+$.")]
    [InlineData("""{"exclusiveMinimum":0}""", "0", "The reply is 0; it must be more than 0.")]
    [InlineData("""{"exclusiveMaximum":1.5}""", "1.5", "The reply is 1.5; it must be less than 1.5.")]
    [InlineData("""{"multipleOf":0.05}""", "0.12", "The reply is 0.12; it must be a multiple of 0.05.")]
    [InlineData(
        """{"propertyNames":{"pattern":"^[a-z]+$"}}""", """{"A":1}""",
        "A name of the reply is not allowed: 'A' is \"A\"; it must match the pattern ^[a-z]+$.")]
    [InlineData("""{"not":{"type":"string"}}""", "\"x\"", "The reply is \"x\", which the schema forbids (#/not).")]
    [InlineData("""{"minProperties":2}""", """{"a":1}""", "The reply has 1 members; there must be at least 2.")]
    [InlineData(
        """{"type":"object","properties":{"a":{"type":"array","items":{"type":"object","required":["b"],"properties":{"b":{"type":"string"}}}}}}""",
        """{"a":[{"b":"x"},{}]}""", "'a[1].b' is missing.")]
    [InlineData(
        """{"format":"uri","maxLength":12}""", "\"http://example.com\"",
        "The reply is \"http://example.com\"; it must be of the format uri.")]
    public void Read_WhatCannotBeMended_NamesThePlaceTheValueAndTheRule(string schema, string value, string fault)
    {
        Assert.Null(Parse(schema).Read(JsonElement.Parse(value), out var told));
        Assert.Equal(fault, told);
    }

    [Theory]
    [InlineData("^a$", "a\n", false)]
    [InlineData("^.$", "🐄", true)]
    [InlineData("^.{2}$", "🐄", false)]
    [InlineData("^[^a]$", "🐄", true)]
    [InlineData("^🐄{2}$", "🐄🐄", true)]
    [InlineData("^\\u{1F404}$", "🐄", true)]
    [InlineData("^\\d+$", "٣", false)]
    [InlineData("^\\D$", "٣", true)]
    [InlineData("^[\\W]$", "é", true)]
    [InlineData("^[\\w-]+$", "a-b_1", true)]
    [InlineData("\\bcat\\b", "a cat!", true)]
    [InlineData("\\bcat\\b", "concat", false)]
    [InlineData("^[]$", "", false)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("^[[]$", "[", true)]
    [InlineData("a.b", "a\u2028b", false)]
    [InlineData("^\\/$", "/", true)]
    [InlineData("^(?<y>\\d)\\k<y>$", "11", true)]
    public void Read_APattern_MeansWhatItMeansInEcmaScript(string pattern, string text, bool isMatch) =>
        Assert.Equal(isMatch, Parse(JsonSerializer.Serialize(new { pattern })).FaultOf(JsonSerializer.SerializeToElement(text)) is null);

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(?=(a+)+$)b")]
    [InlineData("^(a|a)*\\1$")]
    public void Read_AHostilePatternAndText_IsGivenUpInTime(string pattern)
    {
        var schema = Parse(JsonSerializer.Serialize(new { items = new { pattern } }));
        var began = Stopwatch.GetTimestamp();

        Assert.Null(schema.Read(JsonSerializer.SerializeToElement(Enumerable.Repeat(new string('a', 40) + "!", 50)), out var fault));
        Assert.NotNull(fault);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), fault);
    }

    [Fact]
    public void Read_AlternativesThatDoubleWithEveryLevel_AreGivenUp()
    {
        var schema = Parse(
            """{"$ref":"#/$defs/n","$defs":{"n":{"oneOf":[{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["x"]},{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["y"]}]}}}""");
        var deep = string.Concat(Enumerable.Repeat("""{"x":1,"a":""", 60)) + """{"x":1}""" + new string('}', 60);

        Assert.Null(schema.Read(JsonElement.Parse(deep), out var fault));
        Assert.Equal("The reply takes too many steps to hold against its schema.", fault);
    }

    [Fact]
    public void Read_NumbersBeyondAllTypes_AreComparedAndNotThrownAt()
    {
        var schema = Parse(
            """{"properties":{"a":{"enum":[1,"x"]},"b":{"type":"integer"},"c":{"multipleOf":1e-40},"d":{"maximum":1e300}}}""");

        Assert.NotNull(schema.FaultOf(JsonElement.Parse("""{"a":1e99999999999}""")));
        Assert.Null(schema.FaultOf(JsonElement.Parse("""{"b":1e40,"c":0,"d":1e299}""")));
        Assert.NotNull(schema.FaultOf(JsonElement.Parse("""{"d":1e301}""")));
    }

    [Fact]
    public void Among_ASchemaThatIsAReference_IsNarrowedWhereItPoints()
    {
        var narrowed = Parse("""{"$ref":"#/$defs/A","$defs":{"A":{"properties":{"ids":{"type":"array","items":{"type":"string"}}}}}}""")
            .Among("ids", ["x"]);

        Assert.Null(narrowed.FaultOf(JsonElement.Parse("""{"ids":["x"]}""")));
        Assert.Equal("'ids[0]' must be \"x\".", narrowed.FaultOf(JsonElement.Parse("""{"ids":["y"]}""")));
    }

    private static ReplySchema Parse(string schema) => ReplySchema.Parse(Encoding.UTF8.GetBytes(schema));
}
