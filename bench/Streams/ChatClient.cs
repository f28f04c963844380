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

    /// <summary>One stream to its end: its text, and the milliseconds to the first byte of its body.</summary>
    public async Task<(string Text, double FirstByte)> StreamAsync(int number)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await SendAsync(number, stream: true);
        var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[1];
        await body.ReadExactlyAsync(first);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var text = new StringBuilder();
        using var whole = new PrefixedStream(first, body);
        await foreach (var item in SseParser.Create(whole).EnumerateAsync())
        {
            if (item.Data == "[DONE]")
            {
                return (text.ToString(), elapsed);
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

    /// <summary>A stream with a byte put back.</summary>
    private sealed class PrefixedStream(byte[] prefix, Stream rest) : Stream
    {
        private bool _isRead;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isRead)
            {
                return rest.ReadAsync(buffer, cancellationToken);
            }

            _isRead = true;
            prefix.CopyTo(buffer);
            return new(prefix.Length);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
