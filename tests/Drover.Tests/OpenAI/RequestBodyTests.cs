using System.Text;
using Drover.OpenAI;

namespace Drover.Tests.OpenAI;

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData("""{"model":"a","messages":[{"model":"deep"}]}""", """{"model":"b","messages":[{"model":"deep"}]}""")]
    [InlineData("""{ "messages" : [] , "model" : "a" }""", """{ "messages" : [] , "model" : "b" }""")]
    [InlineData("""{"mod\u0065l":"a"}""", """{"mod\u0065l":"b"}""")]
    [InlineData("""{"model":null,"model":"a"}""", """{"model":null,"model":"b"}""")]
    [InlineData("""{"messages":[]}""", """{"messages":[]}""")]
    [InlineData("""["model","a"]""", """["model","a"]""")]
    [InlineData("""{"model":"a""", """{"model":"a""")]
    [InlineData("", "")]
    public void WithModel_Body_ChangesTheModelAlone(string body, string expected) => Assert.Equal(expected, With(body, "b"));

    [Fact]
    public void WithModel_NameWithQuotes_IsEscaped() => Assert.Equal("""{"model":"a\u0022b"}""", With("""{"model":"x"}""", "a\"b"));

    private static string With(string body, string model) =>
        Encoding.UTF8.GetString(RequestBody.WithModel(Encoding.UTF8.GetBytes(body), model).Span);
}
