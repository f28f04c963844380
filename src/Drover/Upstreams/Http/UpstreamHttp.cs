using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Drover.Json;
using Drover.Upstreams.Keys;

namespace Drover.Upstreams.Http;

/// <summary>Sends one request to an upstream and reads its answer; what goes wrong on the way is a result too.</summary>
internal sealed class UpstreamHttp(UpstreamOptions options, TimeProvider time) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly string _base = options.BaseUrl.TrimEnd('/');
    private readonly KeyMask _mask = new(options.Keys);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = TrustedCertificates.Options(options.CaFile),
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Makes a call with a key.</summary>
    /// <param name="stream">Takes an answer that is a stream, as soon as its head is there; null for a call that asks for none.</param>
    public async Task<CallResult> PostAsync(ApiCall call, ApiKey key, UpstreamStream? stream, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _base + call.Url["/v1".Length..]);
        request.Content = new ReadOnlyMemoryContent(call.Body);
        request.Content.Headers.ContentType = Json;
        return await SendAsync(request, key, call.Url, stream, cancellationToken);
    }

    /// <summary>Asks for the list of models with a key.</summary>
    public async Task<CallResult> GetModelsAsync(ApiKey key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _base + "/models");
        return await SendAsync(request, key, "/v1/models", null, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<CallResult> SendAsync(
        HttpRequestMessage request, ApiKey key, string url, UpstreamStream? stream, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            request.Headers.Authorization = key.Authorization;
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (response.IsSuccessStatusCode && (stream is not null || EventSniffer.SaysEvents(response.Content.Headers.ContentType)))
            {
                body = new SilenceLimit(body, options.SilenceTimeout, time);
            }

            if (stream is not null && response.IsSuccessStatusCode)
            {
                (var areEvents, body) = await EventSniffer.LookAsync(
                    response.Content.Headers.ContentType, new MaskedLines(body, _mask), cancellationToken);
                if (areEvents)
                {
                    var head = Masked(AnswerReader.ReadHead(response)) with { Latency = Stopwatch.GetElapsedTime(started) };
                    stream.Attach(response, body);
                    response = null;
                    return head;
                }
            }

            var content = _mask.Cover(await ReadBodyAsync(body, response.Content.Headers.ContentLength, cancellationToken));
            return Masked(AnswerReader.Read(response, content, url, time.GetUtcNow())) with { Latency = Stopwatch.GetElapsedTime(started) };
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Masked(Failed(e));
        }
        finally
        {
            response?.Dispose();
        }
    }

    // What comes from headers, addresses and exceptions.
    private CallResult Masked(CallResult result) => result with
    {
        RequestId = _mask.Cover(result.RequestId),
        Model = _mask.Cover(result.Model),
        ErrorCode = _mask.Cover(result.ErrorCode),
        ErrorMessage = _mask.Cover(result.ErrorMessage),
        Parameter = _mask.Cover(result.Parameter),
    };

    private CallResult Failed(Exception fault) => fault switch
    {
        HttpRequestException http when SetupFault.Of(http, _base, options) is { } setup => setup,
        SilenceException => Lost(
            Outcome.Later,
            "timeout",
            $"The answer fell silent for {options.SilenceTimeout.TotalSeconds:0.#} s ({options.Section}:SilenceTimeout).") with
        {
            IsAnswerLost = true,
        },
        HttpRequestException or IOException or SocketException => Lost(
            Outcome.ConnectionLost, "connection_lost", $"The connection to the upstream was lost: {Excerpt.Of(fault.Message)}") with
        {
            IsAnswerLost = !WasNeverSent(fault),
        },
        OperationCanceledException => Lost(
            Outcome.ConnectionLost,
            "connection_lost",
            $"No connection to the upstream within {options.ConnectTimeout.TotalSeconds:0.#} s ({options.Section}:ConnectTimeout)."),
        AnswerTooLargeException => Lost(
            Outcome.Rejected,
            "response_too_large",
            $"The answer is larger than {options.MaxResponseBytes:N0} bytes ({options.Section}:MaxResponseBytes).") with
        {
            IsAnswerLost = true,
        },

        // A body that is not what its headers say: whatever the decoders throw, it is an answer that cannot be read.
        _ => Lost(Outcome.Later, AnswerReader.Unreadable, $"The answer could not be read: {Excerpt.Of(fault.Message)}") with
        {
            IsAnswerLost = true,
        },
    };

    private async Task<byte[]> ReadBodyAsync(Stream stream, long? expected, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(expected + 1 ?? 4096, 1 << 20));
        try
        {
            var length = 0;
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    return buffer.AsSpan(0, length).ToArray();
                }

                length += read;
                if (length > options.MaxResponseBytes)
                {
                    throw new AnswerTooLargeException();
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool WasNeverSent(Exception e) => e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private static CallResult Lost(Outcome outcome, string code, string message) =>
        new(outcome) { ErrorCode = code, ErrorMessage = message };

    private sealed class AnswerTooLargeException : Exception;
}
