using System.Text.Json;
using System.Text.RegularExpressions;

namespace Drover.Simulator.Tests;

public sealed class AnswerTests
{
    private const string Steam =
        "Steam engines changed the mills. Coal came by canals. The engines needed coal and water, and engineers improved the engines.";

    [Fact]
    public async Task Chat_Plain_HasTheApisShapeAndHeaders()
    {
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { TimeProvider = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000)) });

        var response = await upstream.ChatAsync(Upstream.Body(Steam), "item-1");
        var body = await Upstream.ReadAsync(response);

        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("2020-10-01", response.Headers.GetValues("openai-version").Single());
        Assert.Equal("0", response.Headers.GetValues("openai-processing-ms").Single());
        Assert.StartsWith("req_", response.Headers.GetValues("x-request-id").Single());
        Assert.Matches("^" + Regex.Escape("""
            {"id":"chatcmpl-ID","object":"chat.completion","created":1728000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"TEXT","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":31,"completion_tokens":NUMBER,"total_tokens":NUMBER,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_simulator"}
            """).Replace("ID", "[0-9a-f]{16}").Replace("TEXT", "[^\"]+").Replace("NUMBER", "[0-9]+") + "$", body);
    }

    [Fact]
    public async Task Chat_Usage_IsAQuarterOfTheBytes()
    {
        await using var upstream = await Upstream.StartAsync();

        var answer = await upstream.ChatJsonAsync(Upstream.Body("蒸気機関"));
        var usage = answer.GetProperty("usage");

        Assert.Equal(3, usage.GetProperty("prompt_tokens").GetInt32());
        var bytes = System.Text.Encoding.UTF8.GetByteCount(Upstream.Text(answer));
        Assert.Equal((bytes + 3) / 4, usage.GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Chat_SameSeed_SameTextInAnotherServer()
    {
        await using var one = await Upstream.StartAsync(new SimulatorOptions { Seed = 7 });
        await using var two = await Upstream.StartAsync(new SimulatorOptions { Seed = 7 });
        await using var other = await Upstream.StartAsync(new SimulatorOptions { Seed = 8 });

        var text = await one.ChatTextAsync(Upstream.Body(Steam), "a");

        Assert.Equal(text, await two.ChatTextAsync(Upstream.Body(Steam), "b"));
        Assert.NotEqual(text, await other.ChatTextAsync(Upstream.Body(Steam), "a"));
    }

    [Fact]
    public async Task Chat_SeveralChoices_AreDifferentTexts()
    {
        await using var upstream = await Upstream.StartAsync();

        var choices = (await upstream.ChatJsonAsync(Upstream.Body(Steam, "\"n\":4"))).GetProperty("choices").EnumerateArray().ToList();

        Assert.Equal([0, 1, 2, 3], choices.Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.Equal(4, choices.Select(choice => choice.GetProperty("message").GetProperty("content").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Chat_MaxTokens_CutsAndSaysSo()
    {
        await using var upstream = await Upstream.StartAsync();

        var answer = await upstream.ChatJsonAsync(Upstream.Body(Steam, "\"max_tokens\":5"));

        Assert.Equal("length", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(5, answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(20, Upstream.Text(answer).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(100_000)]
    public async Task Chat_AssistantPrefix_GoesOnAfterIt(int length)
    {
        await using var upstream = await Upstream.StartAsync();
        var whole = await upstream.ChatTextAsync(Upstream.Body(Steam));
        var prefix = whole[..Math.Min(length, whole.Length)];
        var messages = $$"""[{"role":"user","content":"{{Steam}}"},{"role":"assistant","content":{{JsonSerializer.Serialize(prefix)}}}]""";

        var rest = await upstream.ChatTextAsync($$"""{"model":"gpt-4o","messages":{{messages}}}""");

        Assert.Equal(whole, prefix + rest);
    }

    [Fact]
    public async Task Chat_PromptAsksForJson_AnswersItsKeysFromItsText()
    {
        await using var upstream = await Upstream.StartAsync();
        var prompt = $"Answer as JSON: {{\"keywords\": [], \"summary\": \"\", \"is_old\": true, \"score\": 0}}\n\nText: {Steam}";

        var data = JsonElement.Parse(await upstream.ChatTextAsync(Upstream.Body(prompt, "\"response_format\":{\"type\":\"json_object\"}")));

        Assert.Equal(["keywords", "summary", "is_old", "score"], data.EnumerateObject().Select(member => member.Name));
        var keywords = data.GetProperty("keywords").EnumerateArray().Select(word => word.GetString()!).ToList();
        Assert.Equal(5, keywords.Distinct().Count());
        Assert.Equal("engines", keywords[0]);
        Assert.All(keywords, word => Assert.Contains(word, Steam));
        Assert.Equal(Steam, data.GetProperty("summary").GetString());
        Assert.InRange(data.GetProperty("score").GetInt32(), 0, 100);
    }

    [Fact]
    public async Task Chat_JapaneseText_GivesItsWordsAndSentences()
    {
        await using var upstream = await Upstream.StartAsync();
        const string Text = "蒸気機関は工場を変えた。石炭は運河で運ばれた。蒸気機関には石炭が必要であった。";

        var data = JsonElement.Parse(await upstream.ChatTextAsync(Upstream.Body($"JSONで答えよ。\n\nText: {Text}")));

        Assert.Equal("蒸気機関", data.GetProperty("keywords")[0].GetString());
        Assert.StartsWith("蒸気機関は工場を変えた。", data.GetProperty("summary").GetString());
    }

    [Fact]
    public async Task Chat_RequiredTool_IsCalledWithArgumentsOfItsSchema()
    {
        await using var upstream = await Upstream.StartAsync();
        const string Tools = """
            "tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"look_up","parameters":{"type":"object","properties":{"page":{"type":"integer","minimum":3,"maximum":3}}}}}],"tool_choice":{"type":"function","function":{"name":"look_up"}}
            """;

        var choice = (await upstream.ChatJsonAsync(Upstream.Body(Steam, Tools))).GetProperty("choices")[0];
        var call = choice.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");

        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        Assert.Equal("look_up", call.GetProperty("name").GetString());
        Assert.Equal("""{"page":3}""", call.GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Completions_SeveralPrompts_AnswersEach()
    {
        await using var upstream = await Upstream.StartAsync();

        var answer = await Upstream.JsonAsync(await upstream.PostAsync(
            "v1/completions", """{"model":"gpt-4o-mini","prompt":["abcd","efgh"],"max_tokens":3}"""));

        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal(2, answer.GetProperty("choices").GetArrayLength());
        Assert.Equal(12, answer.GetProperty("choices")[1].GetProperty("text").GetString()!.Length);
        Assert.Equal(2, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Embeddings_FloatAndBase64_AreTheSameUnitVector()
    {
        await using var upstream = await Upstream.StartAsync();

        async Task<JsonElement> Embed(string more) => (await Upstream.JsonAsync(await upstream.PostAsync(
            "v1/embeddings",
            $$"""{"model":"text-embedding-3-small","input":["x","hello"],"dimensions":8{{more}}}"""))).GetProperty("data")[1];
        var floats = (await Embed("")).GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        var bytes = (await Embed(",\"encoding_format\":\"base64\"")).GetProperty("embedding").GetBytesFromBase64();

        Assert.Equal(floats, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        Assert.Equal(1, floats.Sum(value => value * value), 3);
    }

    [Theory]
    [InlineData("""{"model":"text-embedding-3-small"}""", "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":[]}""", "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":""}""", "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":[true]}""", "input[0]")]
    [InlineData("""{"model":"text-embedding-3-small","input":"a","encoding_format":"hex"}""", "encoding_format")]
    public async Task Embeddings_BadBody_Is400(string body, string param)
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await Upstream.ErrorAsync(await upstream.PostAsync("v1/embeddings", body), 400);

        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Responses_TextAndSchema_HaveTheApisShape()
    {
        await using var upstream = await Upstream.StartAsync();
        const string Format =
            """{"format":{"type":"json_schema","name":"x","schema":{"type":"object","properties":{"ok":{"const":true}}}}}""";

        var answer = await Upstream.JsonAsync(await upstream.PostAsync(
            "v1/responses",
            $$"""{"model":"gpt-4o","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}],"text":{{Format}}}"""));
        var message = answer.GetProperty("output")[0];

        Assert.Equal("response", answer.GetProperty("object").GetString());
        Assert.Equal("completed", answer.GetProperty("status").GetString());
        Assert.Equal("message", message.GetProperty("type").GetString());
        Assert.Equal("""{"ok":true}""", message.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task Models_ListAndOne_AreThere()
    {
        await using var upstream = await Upstream.StartAsync();

        var list = await Upstream.JsonAsync(await upstream.GetAsync("v1/models"));
        var one = await Upstream.JsonAsync(await upstream.GetAsync("v1/models/claude-sonnet-4.5"));
        var none = await Upstream.ErrorAsync(await upstream.GetAsync("v1/models/claude-9"), 404);

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal(
            SimulatedModel.BuiltIn.Select(model => model.Name),
            list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal("model", one.GetProperty("object").GetString());
        Assert.Equal("model_not_found", none.GetProperty("code").GetString());
    }
}
