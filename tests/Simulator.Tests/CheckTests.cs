using System.Text;
using System.Text.Json;

namespace Drover.Simulator.Tests;

public sealed class CheckTests
{
    private const string Hi = """[{"role":"user","content":"hi"}]""";

    [Theory]
    [InlineData("no json", null, null, "We could not parse the JSON body of your request.")]
    [InlineData("[]", null, null, "We could not parse")]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":"\ud800"}]}""", null, null, "We could not parse")]
    [InlineData("""{"messages":[]}""", null, null, "you must provide a model parameter")]
    [InlineData("""{"model":3}""", "model", "invalid_type", "Invalid type for 'model': expected a string, but got an integer instead.")]
    [InlineData("""{"model":"gpt-4o"}""", "messages", "missing_required_parameter", "Missing required parameter: 'messages'.")]
    [InlineData("""{"model":"gpt-4o","messages":"hi"}""", "messages", "invalid_type", "expected an array of objects, but got a string")]
    [InlineData("""{"model":"gpt-4o","messages":[]}""", "messages", "empty_array", "Expected an array with minimum length 1")]
    [InlineData("""{"model":"gpt-4o","messages":["hi"]}""", "messages[0]", "invalid_type", "expected an object")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"content":"hi"}]}""", "messages[0].role", "missing_required_parameter", "'messages[0].role'")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"user","content":"a"},{"role":"king","content":"hi"}]}""", "messages[1].role",
        "invalid_value",
        "Invalid value: 'king'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.")]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user"}]}""", "messages[0].content", null, "expected a string, got null")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"user","content":5}]}""", "messages[0].content",
        "invalid_type", "expected one of a string or array of objects, but got an integer instead.")]
    [InlineData("""{"model":"gpt-4o","messages":[{"role":"user","content":[]}]}""", "messages[0].content", "empty_array", "empty array")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"smell"}]}]}""",
        "messages[0].content[0].type", "invalid_value", "Invalid value: 'smell'.")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:text/plain;base64,aGk="}}]}]}""",
        "messages[0].content[0].image_url.url", "invalid_image_format", "unsupported image")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,"}}]}]}""",
        "messages[0].content[0].image_url.url", "invalid_image_format", "unsupported image")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/hosts"}}]}]}""",
        "messages[0].content[0].image_url.url", "invalid_image_url", "http(s) URL")]
    [InlineData(
        """{"model":"gpt-4o","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}""",
        "messages[0].content", "invalid_value", "only allowed for messages with role 'user'")]
    public async Task Chat_BadMessages_Is400InTheApisWords(string body, string? param, string? code, string message)
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await Upstream.ErrorAsync(await upstream.ChatAsync(body), 400);

        AssertError(error, "invalid_request_error", param, code, message);
        Assert.Equal(0, upstream.Stats.Snapshot().Processed);
    }

    [Theory]
    [InlineData(
        "\"temperature\":3", "temperature", "decimal_above_max_value",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.")]
    [InlineData("\"temperature\":-0.5", "temperature", "decimal_below_min_value", "Expected a value >= 0, but got -0.5 instead.")]
    [InlineData("\"temperature\":\"hot\"", "temperature", "invalid_type", "expected a decimal, but got a string instead.")]
    [InlineData("\"top_p\":1.5", "top_p", "decimal_above_max_value", "Expected a value <= 1")]
    [InlineData("\"max_tokens\":0", "max_tokens", "integer_below_min_value", "Expected a value >= 1, but got 0 instead.")]
    [InlineData("\"max_completion_tokens\":-1", "max_completion_tokens", "integer_below_min_value", "Expected a value >= 1")]
    [InlineData("\"max_tokens\":1.5", "max_tokens", "invalid_type", "expected an integer, but got a decimal instead.")]
    [InlineData("\"max_tokens\":1,\"max_completion_tokens\":1", "max_tokens", "invalid_parameter_combination", "at the same time")]
    [InlineData("\"n\":0", "n", "integer_below_min_value", "Expected a value >= 1")]
    [InlineData("\"n\":129", "n", "integer_above_max_value", "Expected a value <= 128")]
    [InlineData("\"stream\":\"yes\"", "stream", "invalid_type", "expected a boolean")]
    [InlineData("\"stream_options\":{\"include_usage\":true}", "stream_options", null, "only allowed when 'stream' is enabled")]
    [InlineData("\"response_format\":{\"type\":\"xml\"}", "response_format.type", "invalid_value", "Invalid value: 'xml'.")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "messages", null, "must contain the word 'json'")]
    [InlineData(
        "\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema",
        "missing_required_parameter", "Missing required parameter")]
    [InlineData(
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a b\",\"schema\":{}}}",
        "response_format.json_schema.name", "invalid_value", "pattern")]
    [InlineData("\"tools\":[],\"tool_choice\":\"required\"", "tool_choice", null, "tool_choice")]
    public async Task Chat_BadSetting_Is400InTheApisWords(string member, string? param, string? code, string message)
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("hi", member)), 400);

        AssertError(error, "invalid_request_error", param, code, message);
    }

    [Fact]
    public async Task Chat_UnknownModel_Is404()
    {
        await using var upstream = await Upstream.StartAsync();

        var error = await Upstream.ErrorAsync(await upstream.ChatAsync($$"""{"model":"gpt-9","messages":{{Hi}}}"""), 404);

        AssertError(
            error, "invalid_request_error", null, "model_not_found", "The model `gpt-9` does not exist or you do not have access to it.");
    }

    [Fact]
    public async Task Chat_VendorBeforeTheModel_IsTheSameModel()
    {
        await using var upstream = await Upstream.StartAsync();

        var answer = await upstream.ChatJsonAsync($$"""{"model":"openai/gpt-4o","messages":{{Hi}}}""");

        Assert.Equal("openai/gpt-4o", answer.GetProperty("model").GetString());
        Assert.Contains("gpt-4o", upstream.Stats.Snapshot().Models);
    }

    [Fact]
    public async Task Chat_LongerThanTheContext_Is400()
    {
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { Models = [new SimulatedModel("tiny", 1, 1, ContextTokens: 10)] });
        var messages = $$"""[{"role":"user","content":"{{new string('a', 41)}}"}]""";

        var error = await Upstream.ErrorAsync(await upstream.ChatAsync($$"""{"model":"tiny","messages":{{messages}}}"""), 400);
        var asked = await Upstream.ErrorAsync(await upstream.ChatAsync($$"""{"model":"tiny","max_tokens":10,"messages":{{Hi}}}"""), 400);

        AssertError(error, "invalid_request_error", "messages", "context_length_exceeded",
            "This model's maximum context length is 10 tokens. However, your messages resulted in 11 tokens.");
        AssertError(
            asked, "invalid_request_error", "messages", "context_length_exceeded",
            "you requested 11 tokens (1 in the messages, 10 in the completion)");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_BodyTooLarge_Is413(bool chunked)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { MaxBodyBytes = 1000 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent(Upstream.Body(new string('a', 1000)), Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;

        await Upstream.ErrorAsync(await upstream.SendAsync(request), 413);
    }

    [Fact]
    public async Task Chat_Images_AreAcceptedAndCounted()
    {
        await using var upstream = await Upstream.StartAsync();
        const string Parts = """
            [{"type":"text","text":"What is this?"},
             {"type":"image_url","image_url":{"url":"https://example.com/a.png"}},
             {"type":"image_url","image_url":{"url":"data:image\/jpeg;base64,/9j/4AAQ","detail":"low"}}]
            """;

        var answer = await upstream.ChatJsonAsync($$"""{"model":"gpt-4o","messages":[{"role":"user","content":{{Parts}}}]}""");

        Assert.Equal(4 + 765 + 85, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Api_NoKey_Is401()
    {
        await using var upstream = await Upstream.StartAsync();
        using var client = new HttpClient();
        var response = await client.GetAsync(new Uri(upstream.Server.BaseAddress + "/models"), TestContext.Current.CancellationToken);

        var error = await Upstream.ErrorAsync(response, 401);

        AssertError(error, "invalid_request_error", null, null, "You didn't provide an API key.");
    }

    [Fact]
    public async Task Api_WrongKey_Is401AndDoesNotShowTheKey()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Keys = ["sk-other", "sk-one-more"] });
        using var request = new HttpRequestMessage(
            HttpMethod.Post, "v1/chat/completions")
        { Content = new StringContent(Upstream.Body("hi")) };
        request.Headers.Authorization = new("Bearer", "sk-1234567890-secret-tail");

        var error = await Upstream.ErrorAsync(await upstream.SendAsync(request), 401);

        AssertError(error, "invalid_request_error", null, "invalid_api_key", "Incorrect API key provided: sk-12345*************tail.");
    }

    [Fact]
    public async Task Api_OneOfTheKeys_IsLetIn()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Keys = ["sk-other", "sk-test"] });

        Assert.NotEmpty(await upstream.ChatTextAsync(Upstream.Body("hi")));
    }

    [Fact]
    public async Task Api_UnknownRouteOrMethod_Is404Or405()
    {
        await using var upstream = await Upstream.StartAsync();

        var route = await Upstream.ErrorAsync(await upstream.PostAsync("v1/chats", "{}"), 404);
        var method = await Upstream.ErrorAsync(await upstream.GetAsync("v1/chat/completions"), 405);

        AssertError(route, "invalid_request_error", null, null, "Invalid URL (POST /v1/chats)");
        AssertError(method, "invalid_request_error", null, "method_not_supported", "Not allowed to GET on /v1/chat/completions.");
    }

    private static void AssertError(JsonElement error, string type, string? param, string? code, string message)
    {
        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.Equal(type, error.GetProperty("type").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
    }
}
