using Drover.OpenAI;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>
/// The answer to a call that asked for a stream. Until it is disposed it holds the call's permit, and the money set aside for it.
/// </summary>
public sealed class UpstreamStream : IAsyncDisposable
{
    private readonly ISpending? _spending;
    private HttpResponseMessage? _response;

    internal UpstreamStream(ISpending? spending) => _spending = spending;

    /// <summary>What the answer means: <see cref="Outcome.Result"/> with a <see cref="Body"/> is a stream that has begun.</summary>
    public CallResult Head { get; internal set; } = UpstreamPipelines.Stopped;

    /// <summary>The events as bytes; null when the answer is no stream, and then <see cref="Head"/> has it whole.</summary>
    /// <remarks>
    /// Reading throws <see cref="IOException"/> or <see cref="HttpRequestException"/> when the connection breaks or falls silent.
    /// </remarks>
    public Stream? Body { get; private set; }

    /// <summary>
    /// The tokens that the stream used, once its reader knows; what it cost is settled by that. Null: the answer was lost half-way.
    /// </summary>
    public TokenUsage? Usage { get; set; }

    internal Permit? Permit { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (Body is not null)
        {
            await Body.DisposeAsync();
            _spending?.Settle(
                Usage is { } usage
                    ? Head with { Usage = usage }
                    : Head with { Outcome = Outcome.ConnectionLost, IsAnswerLost = true });
        }

        _response?.Dispose();
        Permit?.Dispose();
    }

    internal void Attach(HttpResponseMessage response, Stream body) => (_response, Body) = (response, body);
}
