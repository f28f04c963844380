using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Drover.Bench;

/// <summary>Asks for streams and for plain answers.</summary>
internal sealed class ChatClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
    {
        BaseAddress = address,
        DefaultRequestHeaders = { { "Authorization", "Bearer sk-bench" } },
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static string Prompt(int number) => $"Drovers walked cattle over the hills to the markets of the south. Number {number}.";

    /// <summary>One stream to its end: its text, and the milliseconds to its first event.</summary>
    public async Task<(string Text, double FirstEvent)> StreamAsync(int number)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await SendAsync(number, stream: true);
        var body = await answer.Content.ReadAsStreamAsync();
        double? first = null;
        var text = new StringBuilder();
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            first ??= Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (item.Data == "[DONE]")
            {
                return (text.ToString(), first.Value);
            }

            using var chunk = JsonDocument.Parse(item.Data);
            foreach (var choice in chunk.RootElement.GetProperty("choices").EnumerateArray())
            {
                text.Append(choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "");
            }
        }

        throw new InvalidOperationException("The stream has no end.");
    }

    public async Task<string> PlainAsync(int number)
    {
        using var answer = await SendAsync(number, stream: false);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        return body.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(int number, bool stream)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new StringContent(
            $$"""{"model":"gpt-4o-mini","user":"{{(stream ? "s" : "p")}}{{number}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{Prompt(number)}}"}]}""",
            Encoding.UTF8, "application/json");
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.EnsureSuccessStatusCode();
    }
}
