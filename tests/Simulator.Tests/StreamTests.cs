using System.Text.Json;

namespace Drover.Simulator.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task Chat_StreamWithUsage_HasExactlyTheApisFrames()
    {
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { TimeProvider = new ManualTime(DateTimeOffset.UnixEpoch.AddDays(20_000)) });

        var response = await upstream.ChatAsync(
            Upstream.Body("hi", "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":3"), "x");
        var body = await Upstream.ReadAsync(response);

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var id = Data(body)[0].GetProperty("id").GetString()!;
        var text = string.Concat(Deltas(body));
        Assert.Equal(12, text.Length);
        Assert.Matches("^chatcmpl-[0-9a-f]{16}$", id);
        var expected = new List<string> { Frame("""{"role":"assistant","content":"","refusal":null}""", "null") };
        expected.AddRange(Deltas(body).Select(piece => Frame($$"""{"content":"{{piece}}"}""", "null")));
        expected.Add(Frame("{}", "\"length\""));
        expected.Add(
            Head() + """[],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_simulator"}""");
        expected.Add("data: [DONE]");
        Assert.Equal(string.Concat(expected.Select(frame => frame + "\n\n")), body);

        string Head() =>
            $$"""data: {"id":"{{id}}","object":"chat.completion.chunk","created":1728000000,"model":"gpt-4o-mini","choices":""";
        string Frame(string delta, string reason) => Head()
            + $$"""[{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":{{reason}}}],"usage":null,"service_tier":"default","system_fingerprint":"fp_simulator"}""";
    }

    [Fact]
    public async Task Chat_StreamWithoutUsage_HasNone()
    {
        await using var upstream = await Upstream.StartAsync();

        var body = await Upstream.ReadAsync(await upstream.ChatAsync(Upstream.Body("hi", "\"stream\":true")));

        Assert.DoesNotContain("usage", body);
        Assert.EndsWith("data: [DONE]\n\n", body);
    }

    [Theory]
    [InlineData("Drovers walked cattle over the hills.")]
    [InlineData("蒸気機関は工場を変えた。石炭は運河で運ばれた。😀😀😀😀😀😀😀😀😀")]
    public async Task Chat_Stream_IsTheTextOfThePlainAnswer(string prompt)
    {
        await using var upstream = await Upstream.StartAsync();

        var plain = await upstream.ChatTextAsync(Upstream.Body(prompt));
        var pieces = Deltas(await Upstream.ReadAsync(await upstream.ChatAsync(Upstream.Body(prompt, "\"stream\":true"))));

        Assert.Equal(plain, string.Concat(pieces));
        Assert.InRange(pieces.Count, 10, 200);
    }

    [Fact]
    public async Task Chat_StreamOfTwoChoices_HasBoth()
    {
        await using var upstream = await Upstream.StartAsync();

        var data = Data(await Upstream.ReadAsync(await upstream.ChatAsync(Upstream.Body("hi", "\"stream\":true,\"n\":2"))));
        var ends = data.Select(chunk => chunk.GetProperty("choices")[0])
            .Where(choice => choice.GetProperty("finish_reason").GetString() == "stop");

        Assert.Equal([0, 1], ends.Select(choice => choice.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Chat_StreamOfAToolCall_SendsItsArgumentsInPieces()
    {
        await using var upstream = await Upstream.StartAsync();
        const string Tools = """
            "stream":true,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"text":{"type":"string","minLength":30}}}}}],"tool_choice":"required"
            """;

        var data = Data(await Upstream.ReadAsync(await upstream.ChatAsync(Upstream.Body("hi", Tools))));
        var calls = data.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta"))
            .Where(delta => delta.TryGetProperty("tool_calls", out _))
            .Select(delta => delta.GetProperty("tool_calls")[0].GetProperty("function")).ToList();

        Assert.Equal("f", calls[0].GetProperty("name").GetString());
        Assert.True(calls.Count > 3);
        Assert.Equal(
            JsonValueKind.Object,
            JsonElement.Parse(string.Concat(calls.Select(call => call.GetProperty("arguments").GetString()))).ValueKind);
    }

    [Fact]
    public async Task Completions_Stream_HasTextCompletions()
    {
        await using var upstream = await Upstream.StartAsync();

        var body = await Upstream.ReadAsync(
            await upstream.PostAsync("v1/completions", """{"model":"gpt-4o","prompt":"hi","stream":true}"""));

        Assert.Equal("text_completion", Data(body)[0].GetProperty("object").GetString());
        Assert.Equal("length", Data(body)[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Chat_TokenDelay_SendsOneEventAtATime()
    {
        var clock = new ManualTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { TokenDelay = 20, TimeProvider = clock });
        var response = await upstream.ChatAsync(Upstream.Body("hi", "\"stream\":true,\"max_tokens\":4"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Contains("\"role\":\"assistant\"", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await clock.TimerSetAsync();
        var rest = reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var events = 1;
        for (; !rest.IsCompleted; events++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.WhenAny(rest, clock.TimerSetAsync());
        }

        Assert.Equal(TimeSpan.FromMilliseconds(20 * (events - 1)), clock.GetUtcNow() - clock.Start);
        Assert.Equal(events - 1, Data((await rest).TrimStart()).Count);
    }

    internal static List<JsonElement> Data(string body) =>
        [.. body.Split("\n\n").Where(frame => frame.StartsWith("data: {")).Select(frame => JsonElement.Parse(frame["data: ".Length..]))];

    internal static List<string> Deltas(string body) =>
        [.. Data(body).Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0)
            .Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta"))
            .Where(delta => delta.TryGetProperty("content", out _) && !delta.TryGetProperty("role", out _))
            .Select(delta => delta.GetProperty("content").GetString()!)];
}
