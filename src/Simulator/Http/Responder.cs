using System.Globalization;
using Drover.Simulator.Limits;
using Drover.Simulator.Oddities;
using Microsoft.AspNetCore.Connections.Features;

namespace Drover.Simulator.Http;

/// <summary>Sends answers, errors and resets, and counts them by status.</summary>
internal sealed class Responder(SimulatorStats stats)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    /// <summary>Status and the headers that every answer of the API carries.</summary>
    public void Start(HttpContext http, int status, string? contentType, string requestId, long elapsedMilliseconds)
    {
        stats.OnStatus(status);
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        var headers = http.Response.Headers;
        headers["x-request-id"] = "req_" + requestId;
        headers["openai-version"] = "2020-10-01";
        headers["openai-organization"] = "org-simulator";
        headers["openai-processing-ms"] = elapsedMilliseconds.ToString(CultureInfo.InvariantCulture);
    }

    public void Body(HttpContext http, ReadOnlySpan<byte> body)
    {
        http.Response.ContentLength = body.Length;
        http.Response.BodyWriter.Append(body);
    }

    public void Error(HttpContext http, ApiError error)
    {
        Start(http, error.Status, "application/json", Guid.NewGuid().ToString("N"), 0);
        if (error.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture);
            http.Response.Headers["retry-after-ms"] = Math.Ceiling(seconds * 1000).ToString(CultureInfo.InvariantCulture);
        }

        Body(http, JsonBuffer.Render(error, static (json, error) => error.Write(json)));
    }

    /// <summary>Sends an odd answer; one that goes on beating, until the client goes.</summary>
    public async Task OddAsync(HttpContext http, OddAnswer answer, string requestId)
    {
        Start(http, answer.Status, answer.ContentType, requestId, 0);
        if (answer.Location is not null)
        {
            http.Response.Headers.Location = answer.Location;
        }

        if (!answer.GoesOnBeating)
        {
            Body(http, answer.Body);
            return;
        }

        var body = http.Response.BodyWriter;
        body.Append(answer.Body);
        while (!http.RequestAborted.IsCancellationRequested)
        {
            await body.FlushAsync();
            await Task.Delay(Beat, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            body.Append(": keep-alive\n\n"u8);
        }
    }

    public static void RateHeaders(IHeaderDictionary headers, RateState state)
    {
        if (state.RequestLimit > 0)
        {
            headers["x-ratelimit-limit-requests"] = state.RequestLimit.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-remaining-requests"] = state.RequestsLeft.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-reset-requests"] = Durations.Format(state.RequestsReset);
        }

        if (state.TokenLimit > 0)
        {
            headers["x-ratelimit-limit-tokens"] = state.TokenLimit.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-remaining-tokens"] = state.TokensLeft.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-reset-tokens"] = Durations.Format(state.TokensReset);
        }
    }

    /// <summary>Ends the connection with a TCP reset.</summary>
    public static void Reset(HttpContext http)
    {
        if (http.Features.Get<IConnectionSocketFeature>() is { } connection)
        {
            connection.Socket.LingerState = new(true, 0);
        }

        http.Abort();
    }
}
