using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Drover.Throttling;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Drover.Inference;

/// <summary>One OpenAI-compatible API: makes a call under the throttle and says what its answer means.</summary>
/// <remarks>
/// <para>A call never throws for what the upstream does: every answer, and every lack of one, is a <see cref="CallResult"/>.</para>
/// <para>
/// Around each attempt: the time limit of the whole call and a circuit breaker (Polly). Around the call: the short retry of
/// lost connections (Polly), which gives its permit back while it waits. Longer waits are not this class's: they belong to
/// durable timers.
/// </para>
/// </remarks>
public sealed class Upstream : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly string _base;
    private readonly byte[] _key;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly ResiliencePipeline<CallResult> _attempt;
    private readonly ResiliencePipeline<CallResult> _retry;
    private readonly ProvingGate _gate = new();

    public Upstream(UpstreamOptions options, Throttle throttle, TimeProvider time, ILogger<Upstream> logger)
    {
        (_options, Throttle, _time) = (options, throttle, time);
        _base = options.BaseUrl.TrimEnd('/');
        _key = Encoding.UTF8.GetBytes(options.ApiKey);
        _authorization = options.ApiKey.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", options.ApiKey);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _retry = UpstreamPipelines.Retry(options, time);
        _attempt = UpstreamPipelines.Attempt(options, time, logger);
    }

    /// <summary>The throttle that permits for this upstream come from.</summary>
    public Throttle Throttle { get; }

    /// <summary>What is wrong with the upstream, as the last answer shows; null when it answers.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Makes one call, with the short retries that belong to it.</summary>
    /// <param name="url">The OpenAI route, such as <c>/v1/chat/completions</c>.</param>
    /// <param name="body">The request's JSON.</param>
    /// <param name="permit">Leave for the first attempt; given back by this method.</param>
    /// <param name="stopRetrying">When it fires, a lost connection is not tried again; a call under way is always awaited.</param>
    /// <returns>The answer and how many requests were sent for it.</returns>
    public async Task<(CallResult Result, int Attempts)> CallAsync(
        string url, ReadOnlyMemory<byte> body, Permit permit, CancellationToken stopRetrying)
    {
        var attempts = 0;
        Permit? current = permit;
        var last = default(CallResult);
        try
        {
            var result = await _retry.ExecuteAsync(
                async token =>
                {
                    var held = Interlocked.Exchange(ref current, null) ?? await Throttle.AcquireAsync(0, token);
                    try
                    {
                        last = await _gate.RunAsync(
                            () => AttemptAsync(url, body),
                            () => held.Dispose(),
                            async () => held = await Throttle.AcquireAsync(0, token));
                    }
                    finally
                    {
                        held.Dispose();
                    }

                    attempts += last.Outcome == Outcome.NotSent ? 0 : 1;
                    Trouble = last.Outcome is Outcome.Result or Outcome.Rejected or Outcome.ModelUnknown ? null : last.ErrorMessage;
                    return last;
                },
                stopRetrying);
            if (result is { Status: 429 or 503, RetryAfter: { } pause })
            {
                Throttle.PauseFor(pause);
            }

            return (result, attempts);
        }
        catch (OperationCanceledException) when (stopRetrying.IsCancellationRequested)
        {
            return (last ?? UpstreamPipelines.Stopped, attempts);
        }
        finally
        {
            current?.Dispose();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<CallResult> AttemptAsync(string url, ReadOnlyMemory<byte> body)
    {
        try
        {
            return await _attempt.ExecuteAsync(
                static async (state, token) => await state.Self.SendAsync(state.Url, state.Body, token),
                (Self: this, Url: url, Body: body),
                CancellationToken.None);
        }
        catch (TimeoutRejectedException)
        {
            return Lost(Outcome.Later, "timeout", $"No complete answer within {_options.CallTimeout.TotalSeconds:0.#} s.");
        }
        catch (BrokenCircuitException e)
        {
            return Lost(Outcome.NotSent, "circuit_open", "The upstream is down; nothing was sent.") with
            {
                RetryAfter = e.RetryAfter ?? TimeSpan.FromSeconds(1),
            };
        }
    }

    private async Task<CallResult> SendAsync(string url, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _base + url["/v1".Length..]);
            request.Headers.Authorization = _authorization;
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = Json;
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var content = KeyMask.Cover(await ReadBodyAsync(response.Content, cancellationToken), _key);
            return AnswerReader.Read(response, content, _time.GetUtcNow()) with { Latency = Stopwatch.GetElapsedTime(started) };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return Lost(Outcome.ConnectionLost, "connection_lost", $"The connection to the upstream was lost: {AnswerReader.Cut(e.Message)}");
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return Lost(Outcome.ConnectionLost, "connection_lost", $"No connection to the upstream within {_options.ConnectTimeout.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Lost(Outcome.Later, "timeout", $"The answer fell silent for {_options.SilenceTimeout.TotalSeconds:0.#} s.");
        }
        catch (AnswerTooLargeException)
        {
            return Lost(Outcome.Rejected, "response_too_large", $"The answer is larger than {_options.MaxResponseBytes:N0} bytes (Drover:Upstream:MaxResponseBytes).");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A body that is not what its headers say: whatever the decoders throw, it is an answer that cannot be read.
            return Lost(Outcome.Later, "unreadable_answer", $"The answer could not be read: {AnswerReader.Cut(e.Message)}");
        }
    }

    private async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(content.Headers.ContentLength + 1 ?? 4096, 1 << 20));
        try
        {
            var length = 0;
            while (true)
            {
                silence.CancelAfter(_options.SilenceTimeout);
                var read = await stream.ReadAsync(buffer.AsMemory(length), silence.Token);
                if (read == 0)
                {
                    return buffer.AsSpan(0, length).ToArray();
                }

                length += read;
                if (length > _options.MaxResponseBytes)
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

    private static CallResult Lost(Outcome outcome, string code, string message) =>
        new(outcome) { ErrorCode = code, ErrorMessage = message };

    private sealed class AnswerTooLargeException : Exception;
}
