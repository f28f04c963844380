using System.Net;
using System.Text;

namespace Drover.Tests.Upstreams;

/// <summary>Answers made from the forms that real providers have, whole and spoilt; the same ones for the same seed.</summary>
internal sealed class RandomAnswers(int seed)
{
    private static readonly int[] Statuses =
    [
        200, 200, 200, 200, 200, 200, 200, 200, 200, 201, 202, 204, 301, 307, 400, 400, 401,
        402, 403, 404, 405, 408, 413, 422, 429, 451, 460, 498, 500, 502, 503, 524, 529,
    ];

    private static readonly string[] Texts =
    [
        "", "ok", "Rate limit reached", "The model `m` does not exist", "flagged for violence", "Invalid API key", "Not Found",
        "overloaded",
        "context length exceeded", "\\ud83d", "\\ud83d\\udc02", "第一", "a\\nb", "\\u0000", "try again later", "content_filter", "null",
    ];

    private static readonly string[] Numbers =
    [
        "0", "1", "7", "20", "100", "1000", "-1", "-9223372036854775808", "9223372036854775807",
        "9223372036854775808", "1e3", "1.5", "100.0",
        "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "\"12\"", "\"x\"", "null", "[]", "{}", "true", "429", "502", "400", "1e14",
    ];

    private static readonly string[] Types =
        ["application/json", "text/html", "text/plain", "text/event-stream", "application/json; charset=utf-8"];

    private readonly Random _random = new(seed);

    public static string[] Urls { get; } = ["/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions", "/v1/models"];

    public string Url() => _random.Next(2) == 0 ? Urls[0] : Pick(Urls);

    public HttpResponseMessage Head()
    {
        var response = new HttpResponseMessage((HttpStatusCode)_random.PickFrom(Statuses)) { Content = new ByteArrayContent([]) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", Pick(Types));
        foreach (var (name, value) in new[]
        {
            ("x-request-id", "req_1"),
            ("retry-after", Pick("1", "0", "-5", "x", "1e9", "99999999999", "Wed, 21 Oct 2099 07:28:00 GMT", "")),
            ("retry-after-ms", Pick("5", "NaN", "-1", "")), ("x-ratelimit-limit-requests", Pick("5", "x", "-1", "99999999999999999999")),
            ("x-ratelimit-reset-requests", Pick("1s", "6m0s", "x", "-1s", "1e99s")), ("location", Pick("/v1", "https://x/v1", "::", "")),
        })
        {
            if (_random.Next(6) == 0)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }

    public byte[] Body()
    {
        var text = Form();
        var body = Encoding.UTF8.GetBytes(text);
        return _random.Next(28) switch
        {
            0 => body[..(body.Length == 0 ? 0 : _random.Next(body.Length))],
            1 => [0xEF, 0xBB, 0xBF, .. body],
            2 => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
            3 => Flipped(body),
            4 => Encoding.UTF8.GetBytes(text.Replace(",", ",\r\n", StringComparison.Ordinal)),
            5 => [.. body, .. Encoding.UTF8.GetBytes(Pick(" ", "\n", "x", "{}", "\0"))],
            _ => body,
        };
    }

    private string Form() => _random.Next(16) switch
    {
        0 or 1 or 2 or 3 or 4 => Completion(),
        5 => Response(),
        6 => $$"""{"object":"list","data":{{List(() => "{\"embedding\":[0.1]}")}},"model":{{Value()}},"usage":{{Usage()}}}""",
        7 or 8 => $$"""{"error":{{Error()}}{{Maybe(",\"type\":\"error\"")}}{{Maybe($",\"usage\":{Usage()}")}}}""",
        9 => $$"""[{"error":{{Error()}}}]""",
        10 => Error(),
        11 => $$"""{"detail":{{Pick(Value(), "\"Not Found\"", $"[{{\"loc\":[\"body\",{Value()}],\"msg\":{Value()}}}]")}}}""",
        12 => Events(),
        13 => Pick("<html><body>404</body></html>", "", "   ", "null", "[]", "404 page not found",
            "\"text\"", "12", "{}", "{\"error\":null}"),
        14 => string.Concat(Enumerable.Repeat("[", _random.Next(1, 90))) + Pick("", string.Concat(Enumerable.Repeat("]", 60))),
        _ => $$"""{"{{Pick(Texts)}}":{{Value()}},"{{Pick("choices", "usage", "error", "status")}}":{{Value()}}}""",
    };

    private string Completion() => Join(
        $"\"id\":{Value()}", Maybe("\"id\":1"), $"\"model\":{Pick("\"m\"", Value())}", $"\"choices\":{List(Choice)}",
        Maybe($"\"usage\":{Usage()}"), Maybe($"\"error\":{Pick(Error(), Value())}"));

    private string Choice() => Pick(
        Join(
            "\"index\":0",
            $"\"message\":{Join("\"role\":\"assistant\"", $"\"content\":{Content()}", Maybe($"\"refusal\":{Value()}"))}",
            $"\"finish_reason\":{Finish()}",
            Maybe($"\"error\":{Error()}")),
        Join($"\"index\":{Number()}", $"\"message\":{Value()}", $"\"logprobs\":[{Number()}]", $"\"finish_reason\":{Finish()}"),
        Value());

    private string Content() => Pick(
        $"\"{Pick(Texts)}\"", "null", Value(),
        $$"""[{"type":"thinking","thinking":{{Value()}}},{"type":"text","text":"{{Pick(Texts)}}"}]""");

    private string Finish() => Pick("\"stop\"", "\"stop\"", "\"length\"", "\"error\"", "\"content_filter\"", "null", Value());

    private string Response() => Join(
        "\"object\":\"response\"",
        $"\"status\":{Pick("\"completed\"", "\"failed\"", "\"incomplete\"", "\"cancelled\"", Value())}",
        $"\"error\":{Pick("null", Error())}",
        $"\"incomplete_details\":{Pick("null", Value(), Join($"\"reason\":{Value()}"))}",
        $"\"output\":{List(Value)}",
        $"\"usage\":{Join($"\"input_tokens\":{Number()}", $"\"output_tokens\":{Number()}")}");

    private string Usage() => Pick(
        "null",
        """{"prompt_tokens":100,"completion_tokens":20}""",
        $$"""{"prompt_tokens":{{Number()}},"completion_tokens":{{Number()}},"prompt_tokens_details":{"cached_tokens":{{Number()}} } }""",
        Join(
            $"\"input_tokens\":{Number()}", $"\"output_tokens\":{Number()}", $"\"cache_read_input_tokens\":{Number()}",
            $"\"cache_creation_input_tokens\":{Number()}"),
        Join(
            $"\"prompt_tokens\":{Number()}", $"\"prompt_cache_hit_tokens\":{Number()}",
            $"\"completion_tokens_details\":{Join($"\"reasoning_tokens\":{Number()}")}"),
        Value());

    private string Error() => Pick(
        $$"""{"message":"{{Pick(Texts)}}","type":{{Value()}},"param":{{Value()}},"code":{{Number()}}}""",
        $$"""{"object":"error","message":{{Value()}},"type":"{{Pick(Texts)}}","code":"{{Pick(Texts)}}"}""",
        $$"""{"code":{{Number()}},"message":"{{Pick(Texts)}}","status":"{{Pick("NOT_FOUND", "RESOURCE_EXHAUSTED", "429")}}"}""",
        $"\"{Pick(Texts)}\"", Value(), $"[{Value()}]");

    private string Events()
    {
        var choice = Join("\"index\":0", $"\"delta\":{Join($"\"content\":{Content()}")}", $"\"finish_reason\":{Finish()}");
        var chunk = Join(
            "\"id\":\"c\"", $"\"created\":{Number()}", $"\"choices\":[{choice}]", Maybe($"\"usage\":{Usage()}"), Maybe("\"id\":1"));
        var error = Maybe($"data: {Join($"\"error\":{Error()}")}\n\n");
        return string.Concat(Enumerable.Repeat($"data: {chunk}\n\n", _random.Next(1, 4))) + error + Maybe("data: [DONE]\n\n");
    }

    private string Value() => Pick(
        "null", "true", "false", "[]", "{}", Number(),
        $"\"{Pick(Texts)}\"", $"{{\"message\":\"{Pick(Texts)}\"}}", $"[\"{Pick(Texts)}\",1]");

    private string List(Func<string> of) => _random.Next(8) switch
    {
        0 => "[]",
        1 => "null",
        2 => $"[{of()},{of()}]",
        _ => $"[{of()}]",
    };

    private string Number() => Pick(Numbers);

    private string Maybe(string text) => _random.Next(3) == 0 ? text : "";

    private static string Join(params string[] members) => $"{{{string.Join(',', members.Where(m => m.Length > 0))}}}";

    private byte[] Flipped(byte[] body)
    {
        if (body.Length > 0)
        {
            body[_random.Next(body.Length)] = (byte)_random.Next(256);
        }

        return body;
    }

    private string Pick(params string[] of) => of[_random.Next(of.Length)];
}

internal static class RandomExtensions
{
    public static T PickFrom<T>(this Random random, T[] of) => of[random.Next(of.Length)];
}
