using System.Text.Json;
using Drover.Simulator.Oddities;

namespace Drover.Simulator.Tests;

public sealed class OddityTests
{
    private const string Streaming = "\"stream\":true,\"stream_options\":{\"include_usage\":true}";

    [Theory]
    [InlineData("error-inside", 200, "\"code\":502", false)]
    [InlineData("error-inside-once", 200, "\"code\":502", false)]
    [InlineData("choices-null", 200, "\"choices\":null", false)]
    [InlineData("choices-empty", 200, "\"choices\":[]", true)]
    [InlineData("finish-error", 200, "\"finish_reason\":\"error\"", true)]
    [InlineData("content-filter", 200, "\"finish_reason\":\"content_filter\"", true)]
    [InlineData("status-201", 201, "\"choices\":[{", true)]
    [InlineData("usage-null", 200, "\"usage\":null", true)]
    [InlineData("float-usage", 200, ".0", true)]
    [InlineData("cached-beside", 200, "\"cached_tokens\":5000", true)]
    [InlineData("cached-deepseek", 200, "\"prompt_cache_hit_tokens\":600", true)]
    [InlineData("cached-anthropic", 200, "\"cache_read_input_tokens\":5000", true)]
    [InlineData("infinity", 200, "\"logprob\":-Infinity", true)]
    [InlineData("nan", 200, "\"logprob\":NaN", true)]
    [InlineData("half-body", 200, "{\"id\":", true)]
    [InlineData("thinking-tags", 200, "/think", true)]
    [InlineData("thinking-parts", 200, "\"type\":\"thinking\"", true)]
    [InlineData("thought-out", 200, "\"reasoning_tokens\":500", true)]
    [InlineData("detail-422", 422, "extra_forbidden", false)]
    [InlineData("status-498", 498, "capacity_exceeded", false)]
    [InlineData("status-529", 529, "overloaded_error", false)]
    [InlineData("html-524", 524, "<!DOCTYPE html>", false)]
    [InlineData("busy-400", 400, "at capacity", false)]
    [InlineData("openai-404", 404, "model_not_found", false)]
    [InlineData("ollama-404", 404, "try pulling it first", false)]
    [InlineData("vllm-404", 404, "NotFoundError", false)]
    [InlineData("azure-404", 404, "DeploymentNotFound", false)]
    [InlineData("anthropic-404", 404, "not_found_error", false)]
    [InlineData("gemini-404", 404, "[{\"error\"", false)]
    [InlineData("openrouter-400", 400, "is not a valid model ID", false)]
    [InlineData("html-404", 404, "<!DOCTYPE html>", false)]
    [InlineData("html-200", 200, "<!DOCTYPE html>", false)]
    [InlineData("detail-404", 404, "{\"detail\":\"Not Found\"}", false)]
    [InlineData("endpoint-200", 200, "Unexpected endpoint", false)]
    public async Task Chat_AnsweredOddly_IsWhatItsNameSays(string name, int status, string holds, bool isBilled)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = name });

        var response = await upstream.ChatAsync(Upstream.Body("hi"));
        var body = await Upstream.ReadAsync(response);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(holds, body);
        Assert.Equal(isBilled ? 1 : 0, upstream.Stats.Snapshot().Processed);
    }

    [Theory]
    [InlineData("moderation", 403)]
    [InlineData("azure-filter", 400)]
    public async Task Chat_FlaggedText_IsRefusedAndAnotherIsNot(string name, int status)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = name });

        await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("a flagged word")), status);

        Assert.NotEmpty(await upstream.ChatTextAsync(Upstream.Body("a word")));
    }

    [Theory]
    [InlineData("gpt-5", "\"max_tokens\":5", "max_tokens")]
    [InlineData("gpt-5", "\"temperature\":0", "temperature")]
    [InlineData("old-limit", "\"max_completion_tokens\":5", "max_completion_tokens")]
    [InlineData(
        "no-schema",
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"type\":\"object\"}}}",
        "response_format")]
    [InlineData("no-format", "\"response_format\":{\"type\":\"json_object\"}", "response_format")]
    public async Task Chat_AParameterThatTheModelDoesNotTake_IsRefused(string name, string member, string named)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = name });

        var error = await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("some JSON", member)), 400);

        Assert.Contains(named, error.GetProperty("message").GetString());
        Assert.NotEmpty(await upstream.ChatTextAsync(Upstream.Body("some JSON")));
    }

    [Theory]
    [InlineData("no-usage")]
    [InlineData("status-498")]
    [InlineData("status-529")]
    [InlineData("html-524")]
    public async Task Chat_OddForAWhile_IsAnsweredInTheEndAndHasNoUsageWhereItHasNone(string name)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = name });
        await upstream.ChatAsync(Upstream.Body("hi"));
        await upstream.ChatAsync(Upstream.Body("hi"));

        var answer = await upstream.ChatJsonAsync(Upstream.Body("hi"));

        Assert.Equal(name != "no-usage", answer.TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Chat_Bom_StandsBeforeTheJson()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = "bom" });

        var response = await upstream.ChatAsync(Upstream.Body("hi"));
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal<byte>([0xEF, 0xBB, 0xBF, (byte)'{'], body[..4]);
    }

    [Fact]
    public async Task Chat_Redirect_SaysWhereTo()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = "redirect" });
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(upstream.Server.BaseAddress, "/v1/chat/completions"));
        request.Headers.Add("Authorization", "Bearer sk-test");
        request.Content = new StringContent(Upstream.Body("hi"));

        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(301, (int)response.StatusCode);
        Assert.EndsWith("/moved/v1/chat/completions", response.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("response-failed", "failed", "error")]
    [InlineData("response-incomplete", "incomplete", "incomplete_details")]
    [InlineData("response-cancelled", "cancelled", null)]
    public async Task Responses_Unfinished_HaveTheirStatus(string name, string status, string? says)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = name });

        var answer = await Upstream.JsonAsync(await upstream.PostAsync("v1/responses", """{"model":"gpt-4o-mini","input":"hi"}"""));

        Assert.Equal(status, answer.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Object, says is null ? JsonValueKind.Object : answer.GetProperty(says).ValueKind);
    }

    [Theory]
    [InlineData("stream-plain-type", "text/plain", true)]
    [InlineData("stream-no-type", null, true)]
    [InlineData("stream-capital-type", "Text/Event-Stream", true)]
    [InlineData("stream-whole", "application/json", false)]
    [InlineData("stream-no-done", "text/event-stream", false)]
    [InlineData("stream-float-created", "text/event-stream", true)]
    [InlineData("stream-list-content", "text/event-stream", true)]
    [InlineData("stream-chunk-error", "text/event-stream", false)]
    [InlineData("stream-chunk-error-once", "text/event-stream", false)]
    [InlineData("no-usage", "text/event-stream", true)]
    public async Task Stream_AnsweredOddly_IsWhatItsNameSays(string name, string? type, bool isDone)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = name });

        var response = await upstream.ChatAsync(Upstream.Body("hi", Streaming));
        var body = await Upstream.ReadAsync(response);

        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(isDone, body.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal));
        Assert.Equal(name.Contains("float", StringComparison.Ordinal), body.Contains("1700000000.25", StringComparison.Ordinal));
        Assert.Equal(name.Contains("error", StringComparison.Ordinal), body.Contains("\"error\":{", StringComparison.Ordinal));
        Assert.Equal(name.Contains("list", StringComparison.Ordinal), body.Contains("\"content\":[{", StringComparison.Ordinal));
        Assert.Equal(name.Contains("whole", StringComparison.Ordinal), body.StartsWith('{'));
    }

    [Fact]
    public async Task Stream_Heartbeats_GoOnAfterTheFinish()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { AnswerAs = "stream-heartbeats" });
        using var response = await upstream.ChatAsync(Upstream.Body("hi", Streaming));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        var (finished, beats) = (false, 0);
        while (beats < 3)
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            finished |= line!.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal);
            beats += line.StartsWith(':') ? 1 : 0;
        }

        Assert.True(finished);
    }

    [Fact]
    public async Task Chat_NamedInItsText_IsAnsweredSoAndOthersAreNot()
    {
        await using var upstream = await Upstream.StartAsync();

        Assert.Equal(201, (int)(await upstream.ChatAsync(Upstream.Body("hi (answer as status-201)"))).StatusCode);
        Assert.Equal(200, (int)(await upstream.ChatAsync(Upstream.Body("hi"))).StatusCode);
        Assert.Equal(200, (int)(await upstream.ChatAsync(Upstream.Body("hi (answer as nothing)"))).StatusCode);
    }

    [Fact]
    public async Task StartAsync_UnknownName_NamesThoseThereAre()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Upstream.StartAsync(new SimulatorOptions { AnswerAs = "odd" }));

        Assert.StartsWith("answerAs is 'odd'; it must be one of ", error.Message);
        Assert.All(Oddity.Names, name => Assert.Contains(name, error.Message));
    }
}
