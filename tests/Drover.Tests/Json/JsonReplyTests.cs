using System.Text.Json;
using Drover.Json;

namespace Drover.Tests.Json;

public sealed class JsonReplyTests
{
    private const string Sample =
        """{"keywords":["a","b, [c]","d}"],"summary":"He said \"{no}\" \\ 😀 \u00e9","nested":{"x":[1,{"y":null}],"z":-1.5e3},"confidence":87}""";

    [Theory]
    [InlineData(Sample)]
    [InlineData("\n\n  " + Sample + "  \n")]
    [InlineData("```json\n" + Sample + "\n```")]
    [InlineData("```\n" + Sample + "\n```\nI hope that helps {so much}.")]
    [InlineData("Here is the JSON: " + Sample + " Do you need more?")]
    [InlineData("As {asked} for: " + Sample)]
    [InlineData("[" + Sample + "]")]
    [InlineData(Sample + Sample)]
    public void TryRead_WhereverItStands_FindsTheObject(string text)
    {
        Assert.True(JsonReply.TryRead(text, out var value));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Sample), value));
    }

    [Theory]
    [InlineData("""{"a":"}"}""", "a", "}")]
    [InlineData("""{"a":"{"}""", "a", "{")]
    [InlineData("""{"a":"\""}""", "a", "\"")]
    [InlineData("""{"a":"\\"}""", "a", "\\")]
    [InlineData("""{"a":"\\\"}"}""", "a", "\\\"}")]
    [InlineData("""{"a":"x",}""", "a", "x")]
    public void TryRead_BracesAndEscapesInTexts_AreNotBrackets(string text, string name, string expected)
    {
        Assert.True(JsonReply.TryRead(text + " tail }", out var value));
        Assert.Equal(expected, value.GetProperty(name).GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no object")]
    [InlineData("[1,2]")]
    [InlineData("{")]
    [InlineData("{{{{{{{{{{{{{{{{{{{{{{{{{{")]
    [InlineData("}{")]
    [InlineData("{]")]
    [InlineData("{\"a\":[1}")]
    [InlineData("{\"a\":\"\\")]
    [InlineData("{not json}")]
    public void TryRead_NoObject_IsFalse(string text) => Assert.False(JsonReply.TryRead(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("```json\n")]
    [InlineData("Sure {thing}: ")]
    public void TryRead_CutOffAtEveryPosition_IsAPartOfTheWholeOrNothing(string before)
    {
        var whole = JsonElement.Parse(Sample);
        var found = 0;
        for (var length = 0; length < Sample.Length; length++)
        {
            if (JsonReply.TryRead(before + Sample[..length], out var value))
            {
                found++;
                Assert.True(IsPartOf(value, whole), $"Cut at {length}: {value}");
            }
        }

        Assert.True(found > Sample.Length / 2, $"Only {found} of {Sample.Length} were read.");
    }

    [Fact]
    public void TryRead_CutOff_KeepsEveryMemberThatIsComplete()
    {
        Assert.True(JsonReply.TryRead("""{"a":1,"b":[1,2,3],"c":{"d":"x","e":"cut o""", out var value));

        Assert.Equal("""{"a":1,"b":[1,2,3],"c":{"d":"x"}}""", value.GetRawText());
    }

    [Fact]
    public void TryRead_ManyBraces_IsBounded()
    {
        // Each try reads to the end of the text: without a bound this would take minutes.
        Assert.False(JsonReply.TryRead(string.Concat(Enumerable.Repeat("{a ", 500_000)), out _));
    }

    [Fact]
    public void TryRead_TooDeep_IsFalse() =>
        Assert.False(JsonReply.TryRead(string.Concat(Enumerable.Repeat("""{"a":""", 200)) + "1" + new string('}', 200), out _));

    private static bool IsPartOf(JsonElement part, JsonElement whole) => (part.ValueKind, whole.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) =>
            part.EnumerateObject().All(p => whole.TryGetProperty(p.Name, out var w) && IsPartOf(p.Value, w)),
        (JsonValueKind.Array, JsonValueKind.Array) =>
            part.GetArrayLength() <= whole.GetArrayLength()
                && part.EnumerateArray().Zip(whole.EnumerateArray()).All(p => IsPartOf(p.First, p.Second)),
        _ => JsonElement.DeepEquals(part, whole),
    };
}
