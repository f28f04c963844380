using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Drover.Webhooks;

/// <summary>Posts messages in the form of Standard Webhooks (https://www.standardwebhooks.com), signed, with short retries.</summary>
public sealed class WebhookSender : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    private readonly TimeProvider _time;
    private readonly ILogger<WebhookSender> _logger;
    private readonly ResiliencePipeline<bool> _pipeline;

    public WebhookSender(TimeProvider time, ILogger<WebhookSender> logger)
    {
        (_time, _logger) = (time, logger);
        _pipeline = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<bool>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result is false),
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(1),
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>Sends a message, up to four times within a few seconds. The receiver tells repetitions by the id.</summary>
    /// <param name="secret">What to sign with; see <see cref="WebhookSignature.IsSecret"/>.</param>
    /// <param name="id">The message's id.</param>
    /// <returns>Whether the receiver took it (2xx).</returns>
    public async Task<bool> SendAsync(
        Uri url, string secret, string id, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(async token => await TrySendAsync(url, secret, id, payload, token), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<bool> TrySendAsync(
        Uri url, string secret, string id, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(payload) };
        request.Content.Headers.ContentType = Json;
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(secret, id, now, payload.Span));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return true;
            }

            WebhookLog.Refused(_logger, id, $"status {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            WebhookLog.Refused(_logger, id, e.GetType().Name);
        }

        return false;
    }
}
