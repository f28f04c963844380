using System.Net.ServerSentEvents;
using System.Text.Json;
using Drover.OpenAI;
using Drover.Throttling;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Streams.Probes;

/// <summary>Tests an upstream and measures how soon its streams begin; nobody else's limits or storage have a part in it.</summary>
public sealed class StreamProbe(UpstreamOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly Upstream _upstream = new(options, new Throttle(options.Limits, time), time, NullLogger<Upstream>.Instance);

    /// <summary>Asks for the list of models with every key.</summary>
    /// <returns>What each key met, in the order of the settings.</returns>
    public Task<IReadOnlyList<CallResult>> TestAsync(CancellationToken cancellationToken) => _upstream.TestAsync(cancellationToken);

    /// <summary>Asks for one short stream and reads it to its end.</summary>
    public async Task<ProbeSample> MeasureAsync(string model, CancellationToken cancellationToken)
    {
        using var permit = await _upstream.Throttle.AcquireAsync(0, cancellationToken);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ProbeRequest(model, true, 16, [new("user", "Count from one to ten.")]), ProbeJson.Default.ProbeRequest);
        var started = time.GetTimestamp();
        await using var answer = await _upstream.OpenStreamAsync(new ApiCall(ChatRequest.Url, body, model), permit, cancellationToken);
        if (answer.Body is null)
        {
            return new ProbeSample(
                default, default, $"{answer.Head.Status} {answer.Head.ErrorCode}: {answer.Head.ErrorMessage ?? "no stream"}");
        }

        var (firstByte, firstToken) = (time.GetElapsedTime(started), TimeSpan.Zero);
        try
        {
            await foreach (
                var item in SseParser.Create(answer.Body, static (_, data) => ChatChunk.Parse(data)).EnumerateAsync(cancellationToken))
            {
                if (firstToken == TimeSpan.Zero && item.Data.Body?.Choices is { Count: > 0 } choices && choices[0].Delta?.Content is { Length: > 0 })
                {
                    firstToken = time.GetElapsedTime(started);
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return new ProbeSample(default, default, e.Message);
        }

        return firstToken > TimeSpan.Zero
            ? new ProbeSample(firstByte, firstToken)
            : new ProbeSample(default, default, "The stream had no text.");
    }

    public async ValueTask DisposeAsync()
    {
        _upstream.Dispose();
        await _upstream.Throttle.DisposeAsync();
    }
}
