using System.Text;
using System.Text.Json;
using Drover.Recipes;

namespace Drover.Tests.Recipes;

public sealed class ReplySchemaTests
{
    [Theory]
    [InlineData("""{"type":"strng"}""", "'type' of the schema is 'strng'; there are object, array, string, number, integer, boolean, null.")]
    [InlineData("""{"properties":{"grade":{"type":"string","maxLength":-1}}}""", "'maxLength' of 'grade' is -1; it must be 0 or more.")]
    public void Parse_WhatNoReplyCouldBe_IsRefusedBeforeAnythingIsPaid(string schema, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Parse(schema)).Message);

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "…")]
    [InlineData(2, "…")]
    [InlineData(3, "🐄…")]
    public void Read_ATextThatIsTooLong_IsCutBetweenCharacters(int most, string expected)
    {
        var data = Parse($$$"""{"properties":{"herd":{"type":"string","maxLength":{{{most}}} } } }""").Read(JsonElement.Parse("""{"herd":"🐄🐄🐄"}"""), out var fault);

        Assert.Null(fault);
        Assert.Equal(expected, data!.Value.GetProperty("herd").GetString());
    }

    private static ReplySchema Parse(string schema) => ReplySchema.Parse(Encoding.UTF8.GetBytes(schema));
}
