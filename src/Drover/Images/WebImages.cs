using System.Net;
using System.Net.Sockets;
using Drover.Json;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Drover.Images;

/// <summary>Images by URL.</summary>
/// <remarks>
/// The address is judged where the connection is made, so neither a redirect nor a name that changes its meaning leads into
/// one's own network. Hence no proxy: behind one, the address really reached would not be known.
/// </remarks>
internal sealed class WebImages : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly VisionOptions _options;
    private readonly Func<IPAddress, bool> _mayConnect;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<Loaded> _pipeline;

    public WebImages(VisionOptions options, TimeProvider time)
        : this(options, address => options.AllowPrivateAddresses || AddressRule.IsPublic(address), time)
    {
    }

    internal WebImages(VisionOptions options, Func<IPAddress, bool> mayConnect, TimeProvider time)
    {
        (_options, _mayConnect) = (options, mayConnect);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = ConnectTimeout,
            MaxAutomaticRedirections = 5,
            MaxConnectionsPerServer = 64,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
            UseProxy = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // The pipeline's.
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Drover/1.0");
        _http.DefaultRequestHeaders.Accept.ParseAdd("image/*");
        _pipeline = Pipeline(options, time);
    }

    /// <summary>Loads what lies at an http or https address.</summary>
    public async Task<Loaded> LoadAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (state, token) => await state.Self.TryLoadAsync(state.Url, token), (Self: this, Url: url), cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            return Unreachable(url, $"no complete answer within {_options.LoadTimeout.TotalSeconds:0.#} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private static ResiliencePipeline<Loaded> Pipeline(VisionOptions options, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder<Loaded> { TimeProvider = time };
        if (options.LoadRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<Loaded>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is TimeoutRejectedException || arguments.Outcome.Result.Fault is { Passes: true }),
                MaxRetryAttempts = options.LoadRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(300),
                UseJitter = true,
            });
        }

        return builder.AddTimeout(new TimeoutStrategyOptions { Timeout = options.LoadTimeout }).Build();
    }

    private async Task<Loaded> TryLoadAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return FaultOf(url, response.StatusCode);
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await LimitedReading.ReadAsync(body, response.Content.Headers.ContentLength, _options.MaxBytes, cancellationToken);
        }
        catch (HttpRequestException e) when (e.GetBaseException() is AddressRefusedException refused)
        {
            return new ImageFault("image_address_refused", refused.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Unreachable(url, Excerpt.Of(e.Message));
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var endpoint = context.DnsEndPoint;
        // The address that is judged is the one connected to: asked again, a name may lead elsewhere.
        IPAddress[] addresses = IPAddress.TryParse(endpoint.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(endpoint.Host, cancellationToken);
        IPAddress[] allowed = [.. addresses.Where(_mayConnect)];
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException(endpoint.Host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, endpoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ImageFault FaultOf(Uri url, HttpStatusCode status) => (int)status switch
    {
        404 or 410 => new ImageFault("image_not_found", $"{Shown(url)} answers {(int)status}: there is no such image."),
        401 or 403 or 407 or 451 => new ImageFault("image_forbidden", $"{Shown(url)} answers {(int)status}: the image is not for us."),
        408 or 425 or 429 or >= 500 => Unreachable(url, $"it answers {(int)status}"),
        _ => new ImageFault("image_not_found", $"{Shown(url)} answers {(int)status}, which is no image."),
    };

    private static ImageFault Unreachable(Uri url, string why) =>
        new("image_unreachable", $"{Shown(url)} cannot be loaded: {why}.", Passes: true);

    // Without the query, which may hold a signature.
    private static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
