using System.Text;
using System.Text.Json;
using Drover.OpenAI;
using Drover.Simulator;

namespace Drover.Tests.OpenAI;

public sealed class RequestShapeTests
{
    private const string Chat = "/v1/chat/completions";
    private const int Template = 128;

    [Fact]
    public void Read_PlainChat_GivesModelLimitAndTokens()
    {
        var body =
            """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"The quick brown fox jumps over it"}],"max_tokens":50,"temperature":0}""";

        var shape = Read(Chat, body);

        Assert.Equal("gpt-4o-mini", shape.Model);
        Assert.Equal(9 + 4 + 3, shape.PromptTokens); // 33 bytes of text, a message, the answer's beginning.
        Assert.Equal(body.Length + Template, shape.MostPromptTokens);
        Assert.Equal((50, 1, 1, 0), (shape.MostCompletionTokens, shape.Answers, shape.Prompts, shape.Images));
    }

    [Theory]
    [InlineData("""{"max_tokens":10}""", Chat, 10L, 1)]
    [InlineData("""{"max_completion_tokens":10,"n":3}""", Chat, 30L, 3)]
    [InlineData("""{"n":3,"max_tokens":10,"max_completion_tokens":20}""", Chat, 60L, 3)]
    [InlineData("""{"n":3}""", Chat, null, 3)]
    [InlineData("""{"n":0,"max_tokens":-1}""", Chat, null, 1)]
    [InlineData("""{"n":"3","max_tokens":"10"}""", Chat, null, 1)]
    [InlineData("""{"max_tokens":null,"n":null}""", Chat, null, 1)]
    [InlineData("""{"max_tokens":1e3}""", Chat, null, 1)]
    [InlineData("""{"max_output_tokens":40}""", "/v1/responses", 40L, 1)]
    [InlineData("""{"prompt":"a","max_tokens":10,"n":2,"best_of":4}""", "/v1/completions", 40L, 4)]
    [InlineData("""{"prompt":["a","b","c"],"max_tokens":10,"n":2}""", "/v1/completions", 60L, 6)]
    [InlineData("""{"prompt":[[1,2],[3]],"max_tokens":10}""", "/v1/completions", 20L, 2)]
    [InlineData("""{"prompt":[1,2,3],"max_tokens":10}""", "/v1/completions", 10L, 1)]
    [InlineData("""{"prompt":"a"}""", "/v1/completions", null, 1)]
    [InlineData("""{"input":["a","b"]}""", "/v1/embeddings", 0L, 0)]
    [InlineData("""{"max_tokens":9223372036854775807,"n":2147483647}""", Chat, 4611686014132420609L, int.MaxValue)]
    public void Read_Limits_AreTakenTimesTheAnswers(string body, string url, long? most, int answers)
    {
        var shape = Read(url, body);

        Assert.Equal((most, answers), (shape.MostCompletionTokens, shape.Answers));
    }

    [Theory]
    [InlineData("abcdefgh", 2)]
    [InlineData("", 0)]
    [InlineData("größer", 2)]
    [InlineData("собака", 3)]
    [InlineData("牧羊犬", 3)]
    [InlineData("a牧b", 2)]
    [InlineData("🐕🐕", 4)]
    public void Read_Text_CountsByScriptAndTheSameWhenEscaped(string text, long tokens)
    {
        var escaped = string.Concat(text.Select(c => c < 128 ? $"{c}" : $"\\u{(int)c:x4}"));

        Assert.Equal(tokens, Read("/v1/embeddings", $$"""{"input":"{{text}}"}""").PromptTokens);
        Assert.Equal(tokens, Read("/v1/embeddings", $$"""{"input":"{{escaped}}"}""").PromptTokens);
    }

    [Theory]
    [InlineData("""\n\t\"\\\/\n\r\b""", 2)]
    [InlineData("""\u0041\u0042\u0043\u0044""", 1)]
    [InlineData("""ab\u00e4""", 1)]
    public void Read_Escapes_CountAsWhatTheyStandFor(string json, long tokens) =>
        Assert.Equal(tokens, Read("/v1/embeddings", $$"""{"input":"{{json}}"}""").PromptTokens);

    [Theory]
    [InlineData("""{"type":"image_url","image_url":{"url":"URL"} }""", 765)]
    [InlineData("""{"image_url":{"detail":"low","url":"URL"},"type":"image_url"}""", 85)]
    [InlineData("""{"type":"image_url","image_url":{"url":"URL","detail":"high"} }""", 765)]
    [InlineData("""{"type":"input_image","image_url":"URL"}""", 765)]
    [InlineData("""{"detail":"low","image_url":"URL","type":"input_image"}""", 85)]
    public void Read_ImageInADataUrl_CountsAsAnImageAndNotAsText(string part, long tokens)
    {
        var url = "data:image/png;base64," + new string('A', 100_000);
        string Body(string address) =>
            $$"""{"messages":[{"role":"user","content":[{"type":"text","text":"What?"},{{part.Replace("URL", address)}}]}]}""";

        var shape = Read(Chat, Body(url));

        Assert.Equal(1, shape.Images);
        Assert.Equal(tokens + 2 + 4 + 3, shape.PromptTokens);
        Assert.Equal(Body("").Length + Template, shape.MostPromptTokens);
        Assert.Equal(Body("https://a/b.png").Length + Template, Read(Chat, Body("https://a/b.png")).MostPromptTokens);
    }

    [Fact]
    public void Read_SeveralImages_AreCountedEach() => Assert.Equal(3, Read("/v1/responses",
        """{"input":[{"role":"user","content":[{"type":"input_image","image_url":"data:,"},{"type":"input_image","file_id":"f"}]},{"type":"function_call_output","output":[{"type":"input_image","image_url":"https://a"}]}]}""").Images);

    [Fact]
    public void Read_ToolsAndSchemas_CountHalfAndMakeRoomForTheirPrompt()
    {
        var tools =
            """[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"image_url":{"type":"string"}}}}}]""";
        var without = Read(Chat, """{"messages":[{"role":"user","content":"hi"}]}""");
        var body = $$"""{"messages":[{"role":"user","content":"hi"}],"tools":{{tools}}}""";

        var with = Read(Chat, body);

        Assert.InRange(with.PromptTokens - without.PromptTokens, tools.Length / 8, tools.Length / 8 + 2);
        Assert.Equal((body.Length + Template + 600, 0), (with.MostPromptTokens, with.Images));
        Assert.True(
            Read(Chat, """{"messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}}""")
                .PromptTokens > 8);
    }

    [Theory]
    [InlineData(Chat, """{"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}""", true)]
    [InlineData(Chat, """{"messages":[],"web_search_options":{}}""", true)]
    [InlineData("/v1/responses", """{"input":"a","previous_response_id":"r"}""", true)]
    [InlineData("/v1/responses", """{"input":"a","prompt":{"id":"p"}}""", true)]
    [InlineData("/v1/responses", """{"input":[{"type":"item_reference","id":"msg_1"}]}""", true)]
    [InlineData("/v1/responses", """{"input":"a","tools":[{"type":"web_search"}]}""", true)]
    [InlineData("/v1/responses", """{"input":"a","previous_response_id":null,"tools":[{"type":"function"}]}""", false)]
    [InlineData("/v1/completions", """{"prompt":"a"}""", false)]
    public void Read_ContentThatIsElsewhere_HasNoBoundOfItsOwn(string url, string body, bool isOpen) =>
        Assert.Equal(isOpen, Read(url, body).MostPromptTokens == RequestShape.Unbounded);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"model":""")]
    [InlineData("""{"model":3,"messages":7,"tools":true,"input":{},"prompt":[{}],"response_format":null}""")]
    [InlineData("""{"model":"\ud800","messages":[]}""")]
    [InlineData("""{"messages":[1,"a",null,[],{"content":7},{"content":[1,null,[],"b",{"text":1,"image_url":7,"type":null}]},{"content":null,"tool_calls":[{"id":"x"}]}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:AAAA""")]
    [InlineData("""{"tools":[1,[],{"type":7}],"input":[[[1],"a"],null]}""")]
    public void Read_OddBody_NeverThrowsAndStaysBounded(string body)
    {
        foreach (var url in new[] { Chat, "/v1/completions", "/v1/embeddings", "/v1/responses", "/elsewhere" })
        {
            var shape = Read(url, body);

            Assert.InRange(shape.PromptTokens, 0, shape.MostPromptTokens + 765);
            Assert.True(shape.MostPromptTokens >= body.Length - 4);
        }
    }

    [Fact]
    public void Read_BytesThatAreNotUtf8_DoesNotThrow() =>
        Assert.Null(RequestShape.Read(Chat, [.. "{\"model\":\""u8, 0xC3, 0x28, .. "\",\"messages\":[]}"u8]).Model);

    [Fact]
    public void Read_BodyCutOrBrokenAnywhere_NeverThrows()
    {
        var random = new Random(3);
        foreach (var (url, body, _) in Bodies().TakeLast(6))
        {
            var bytes = Encoding.UTF8.GetBytes(body[..Math.Min(body.Length, 400)]);
            for (var i = 0; i < bytes.Length; i++)
            {
                Assert.True(RequestShape.Read(url, bytes.AsSpan(0, i)).MostPromptTokens >= i);
                var broken = bytes.ToArray();
                broken[i] = (byte)random.Next(256);
                Assert.True(RequestShape.Read(url, broken).PromptTokens >= 0);
            }
        }
    }

    [Fact]
    public async Task Read_AgainstTheSimulatorsCount_BoundsItAlwaysAndComesNear()
    {
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        using var http = new HttpClient { DefaultRequestHeaders = { { "Authorization", "Bearer k" } } };
        foreach (var (url, body, isNear) in Bodies())
        {
            var shape = Read(url, body);
            using var answer = await http.PostAsync(
                new Uri(simulator.BaseAddress, url), new StringContent(body, Encoding.UTF8, "application/json"));
            var usage = JsonElement.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).GetProperty("usage");
            var prompt = Count(usage, "prompt_tokens", "input_tokens");
            var completion = Count(usage, "completion_tokens", "output_tokens");

            Assert.True(shape.MostPromptTokens + (shape.Images * 765) >= prompt, body);
            Assert.True(shape.MostCompletionTokens is not { } most || most >= completion, body);
            Assert.True(
                !isNear || Math.Abs(shape.PromptTokens - prompt) <= 12 + (prompt / 20),
                $"{shape.PromptTokens} is not near {prompt}: {body}");
        }
    }

    private static long Count(JsonElement usage, string name, string otherName) =>
        usage.TryGetProperty(name, out var count) || usage.TryGetProperty(otherName, out count) ? count.GetInt64() : 0;

    // Of all kinds, with texts of many lengths; the simulator counts every script as Latin, and neither tools nor schemas.
    private static IEnumerable<(string Url, string Body, bool IsNear)> Bodies()
    {
        var random = new Random(7);
        string[] words = ["drover", "cattle", "über", "hills\n", "\"quoted\"", "стадо", "x"];
        string[] wide = ["牧羊犬", "🐕", "가축"];
        for (var i = 0; i < 60; i++)
        {
            var isLatin = i % 3 != 0;
            var text = string.Join(
                ' ',
                Enumerable.Range(0, 1 << random.Next(10))
                    .Select(_ => isLatin ? words[random.Next(words.Length)] : wide[random.Next(wide.Length)]));
            var quoted = JsonSerializer.Serialize(text);
            yield return (
                Chat,
                $$"""{"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":{{quoted}}}],"max_tokens":{{random.Next(1, 60)}},"n":{{random.Next(1, 4)}}}""",
                isLatin);
            yield return (
                "/v1/completions", $$"""{"model":"gpt-4o","prompt":[{{quoted}},"b",[1,2,3]],"max_tokens":{{random.Next(1, 60)}},"n":2}""",
                isLatin);
            yield return ("/v1/embeddings", $$"""{"model":"text-embedding-3-small","input":[{{quoted}},"b"]}""", isLatin);
            yield return (
                "/v1/responses",
                $$"""{"model":"gpt-4o","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":{{quoted}}}]}],"max_output_tokens":{{random.Next(16, 60)}}}""",
                isLatin);
        }

        var image = $"data:image/png;base64,{Convert.ToBase64String(new byte[30_000])}";
        yield return (
            Chat,
            $$"""{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"{{image}}"} },{"type":"image_url","image_url":{"url":"https://a.example/b.png","detail":"low"} }]}]}""",
            true);
        yield return (
            Chat,
            """{"model":"gpt-4o","messages":[{"role":"user","content":"Say it in JSON."}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"required"}""",
            false);
    }

    private static RequestShape Read(string url, string body) => RequestShape.Read(url, Encoding.UTF8.GetBytes(body));
}
