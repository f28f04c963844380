using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Recipes.Schemas;
using Json.Schema;

namespace Drover.Tests.Recipes.Schemas;

public sealed class WrittenSchemasTests
{
    private const string Address = """{"street":"Drover's Lane 3","postcode":"12345"}""";

    private const string Person =
        $$"""
        {"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","name":"Ann","email":"ann@example.com","age":44,"score":0.35,"colour":"red","grade":2,"born":"1980-02-29","seen":null,"break":"PT15M",
        "home":{{Address}},"work":null,"tags":["a","b"],"pair":[1,"x"],"counts":{"a":1},"coded":{"de":1.5},"price":"12.50","site":"https://example.com/","kind":"person","either":"x","extra":[1]}
        """;

    private const string Form =
        """
        {"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","email":"ann@example.com","at":"2026-02-28T10:00:00Z","day":"2024-02-29","n":3,"x":0.25,"s":"abc","e":"a","l":"x","nu":null,"d":3,
        "r":{"k":1.5},"t":["a",1],"tr":["a",true,false],"u":1,"url":"https://example.com/a?b=c","ip":"10.0.0.1","any":{"x":1},"m":"text"}
        """;

    private const string Union = """{"pet":{"kind":"cat","lives":9},"list":[{"kind":"dog","trick":null}]}""";

    [Theory]
    [InlineData(WrittenSchemas.PydanticPerson, Person)]
    [InlineData(WrittenSchemas.PydanticNode, """{"value":1,"children":[{"value":2,"children":[{"value":3}]}]}""")]
    [InlineData(WrittenSchemas.PydanticZoo, """{"pet":{"kind":"hound","trick":null},"other":[{"kind":"cat","lives":9}]}""")]
    [InlineData(WrittenSchemas.ZodForm, Form)]
    [InlineData(WrittenSchemas.ZodNode, """{"name":"a","kids":[{"name":"b","kids":[]}]}""")]
    [InlineData(WrittenSchemas.ZodUnion, Union)]
    [InlineData(WrittenSchemas.ZodReused, """{"a":{"kind":"cat","lives":9},"b":{"kind":"dog","trick":"roll"},"c":{"q":true}}""")]
    public void Read_WhatItsAuthorWouldTake_IsTakenAsItIs(string schema, string value)
    {
        var data = Parse(schema).Read(JsonElement.Parse(value), out var fault);

        Assert.Null(fault);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(value), data!.Value), data.ToString());
        Assert.True(IsValid(schema, value));
    }

    [Theory]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "age", "150", "'age' is 150; it must be less than 150.")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "score", "0.36", "'score' is 0.36; it must be a multiple of 0.05.")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "score", "0", "'score' is 0; it must be more than 0.")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "colour", "\"blue\"", "'colour' must be \"red\" or \"green\".")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "grade", "3", "'grade' must be 1 or 2.")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "born", "\"29.02.1980\"", "'born' is \"29.02.1980\"; it must be of the format date.")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "seen", "\"yesterday\"", "'seen' is \"yesterday\"; it must be of the format date-time.")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "email", "\"ann\"", "'email' is \"ann\"; it must be of the format email.")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "break", "\"15 minutes\"", "'break' is \"15 minutes\"; it must be of the format duration.")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "home", """{"street":"","postcode":"12345"}""",
        "'home.street' has 0 characters; there must be at least 1.")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "work", """{"street":"a","postcode":"1234"}""",
        "'work.postcode' is \"1234\"; it must match the pattern ^\\d{5}$.")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "pair", "[1]", "'pair' has 1 items; there must be 2.")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "price", "\"+.\"",
        "'price' is \"+.\"; it must match the pattern ^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$.")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "counts", """{"a":"x"}""", "'counts.a' must be a whole number; it is a text.")]
    [InlineData(
        WrittenSchemas.PydanticZoo, """{"pet":{},"other":[{"kind":"cat","lives":1}]}""",
        "pet", """{"kind":"cat","lives":10}""", "'pet.lives' is 10; it must be from 1 to 9.")]
    [InlineData(
        WrittenSchemas.PydanticZoo, """{"pet":{},"other":[{"kind":"cat","lives":1}]}""",
        "pet", """{"kind":"cow"}""", "'pet.kind' must be \"dog\" or \"hound\".")]
    [InlineData(WrittenSchemas.ZodForm, Form, "id", "\"2eb8aa08\"", "'id' is \"2eb8aa08\"; it must be of the format uuid.")]
    [InlineData(WrittenSchemas.ZodForm, Form, "at", "\"2026-02-28T10:00:00+01:00\"", null)]
    [InlineData(
        WrittenSchemas.ZodForm, Form, "email", "\"a..b@example.com\"", "'email' is \"a..b@example.com\"; it must be of the format email.")]
    [InlineData(WrittenSchemas.ZodForm, Form, "x", "0.3", "'x' is 0.3; it must be a multiple of 0.25.")]
    [InlineData(WrittenSchemas.ZodForm, Form, "l", "\"y\"", "'l' must be \"x\".")]
    [InlineData(WrittenSchemas.ZodForm, Form, "tr", """["a",1]""", "'tr[1]' must be true or false; it is a number.")]
    [InlineData(WrittenSchemas.ZodForm, Form, "u", "true", "'u' must be a text or a number; it is true.")]
    [InlineData(WrittenSchemas.ZodForm, Form, "never", "1", "'never' must not be there.")]
    [InlineData(WrittenSchemas.ZodUnion, Union, "list", "[]", "'list' has 0 items; there must be at least 1.")]
    [InlineData(
        WrittenSchemas.ZodUnion, Union, "pet", """{"kind":"cat","lives":"nine"}""", "'pet.lives' must be a whole number; it is a text.")]
    public void Read_WhatItsAuthorWouldNotTake_IsAFaultThatNamesIt(string schema, string good, string member, string value, string? fault)
    {
        var bad = JsonNode.Parse(good)!;
        bad[member] = JsonNode.Parse(value);

        Assert.Null(Parse(schema).Read(JsonElement.Parse(bad.ToJsonString()), out var told));
        Assert.False(IsValid(schema, bad.ToJsonString()));
        Assert.Equal(fault ?? told, told);
        Assert.NotNull(told);
    }

    [Theory]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "age", "44.2", "44")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "tags", """["a","b","a"]""", """["a","b"]""")]
    [InlineData(
        WrittenSchemas.PydanticPerson, Person, "home", """{"street":"A street with a name too long","postcode":"12345"}""",
        """{"street":"A street with a nam…","postcode":"12345"}""")]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "more", "1", null)]
    [InlineData(WrittenSchemas.PydanticPerson, Person, "work", null, "null")]
    [InlineData(
        WrittenSchemas.PydanticZoo, """{"pet":{},"other":[{"kind":"cat","lives":1}]}""",
        "pet", """{"kind":"dog"}""", """{"kind":"dog","trick":null}""")]
    [InlineData(WrittenSchemas.ZodForm, Form, "t", """["a",1,"more"]""", """["a",1]""")]
    [InlineData(WrittenSchemas.ZodForm, Form, "nu", null, "null")]
    [InlineData(WrittenSchemas.ZodUnion, Union, "pet", """{"kind":"cat","lives":8.9,"trick":"none"}""", """{"kind":"cat","lives":9}""")]
    public void Read_WhatIsTooMuchOrMayBeNull_IsMended(string schema, string good, string member, string? value, string? mended)
    {
        var reply = JsonNode.Parse(good)!.AsObject();
        reply.Remove(member);
        if (value is not null)
        {
            reply[member] = JsonNode.Parse(value);
        }

        var data = Parse(schema).Read(JsonElement.Parse(reply.ToJsonString()), out var fault);

        Assert.Null(fault);
        Assert.Equal(mended, data!.Value.TryGetProperty(member, out var made) ? made.GetRawText() : null);
        Assert.True(IsValid(schema, data.Value.GetRawText()));
    }

    // Pydantic names no dialect, and the oracle's own allows no keyword of others' ('discriminator').
    private static bool IsValid(string schema, string value)
    {
        var written = schema.Contains("$schema", StringComparison.Ordinal)
            ? schema
            : $$"""{"$schema":"https://json-schema.org/draft/2020-12/schema",{{schema[1..]}}""";
        return JsonSchema.FromText(written)
            .Evaluate(
                JsonElement.Parse(value),
                new EvaluationOptions { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true }).IsValid;
    }

    private static ReplySchema Parse(string schema) => ReplySchema.Parse(Encoding.UTF8.GetBytes(schema));
}
