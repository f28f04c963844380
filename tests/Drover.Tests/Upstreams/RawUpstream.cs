using System.Net;
using System.Net.Sockets;
using System.Text;
using Drover.Throttling;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Upstreams;

/// <summary>An upstream that answers with just the bytes it is given, and our client of it.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _answer;
    private readonly Task _serving;
    private readonly Throttle _throttle = new(new ThrottleLimits { Concurrency = 10 }, TimeProvider.System);

    public RawUpstream(string head, byte[] body, string key = "sk-secret-123456")
    {
        _answer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];
        _listener.Start();
        _serving = ServeAsync();
        Client = new Upstream(
            new UpstreamOptions
            {
                BaseUrl = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1",
                ApiKey = key,
                ConnectionRetries = 0,
            },
            _throttle, TimeProvider.System, NullLogger<Upstream>.Instance);
    }

    public Upstream Client { get; }

    public async Task<CallResult> CallAsync()
    {
        using var answer = await Client.CallAsync(
            new ApiCall("/v1/chat/completions", "{}"u8.ToArray(), null), await _throttle.AcquireAsync(0, default), default);
        return answer.Result;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
        Client.Dispose();
        await _throttle.DisposeAsync();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var buffer = new byte[4096];
                var text = "";
                while (!text.EndsWith("{}", StringComparison.Ordinal))
                {
                    text += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
                }

                await stream.WriteAsync(_answer);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }
}
