using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>Relays a call whose answer comes whole: one try on the upstream that takes it, within its limits and the budgets.</summary>
public sealed class PlainCaller(UpstreamPool upstreams, ChatSpending spending)
{
    /// <summary>Makes the call.</summary>
    /// <param name="url">The OpenAI route.</param>
    /// <param name="body">The request's JSON.</param>
    /// <param name="shape">What it asks for.</param>
    /// <param name="key">The name of the caller's key, which pays; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for leave, and tries no more; a request under way is awaited.</param>
    public async Task<CallResult> CallAsync(
        string url, ReadOnlyMemory<byte> body, RequestShape shape, string? key, CancellationToken cancellationToken)
    {
        var target = upstreams.Pick(shape.Model);
        var asked = target.Model is { } model && model != shape.Model ? RequestBody.WithModel(body, model) : body;
        var call = new ApiCall(url, asked, target.Model, shape.PromptTokens + (shape.MostCompletionTokens ?? 0));
        var permit = await target.Upstream.Throttle.AcquireAsync(call.Tokens, cancellationToken);
        using var answer = await target.Upstream.CallAsync(
            spending.Limit(call, Guid.NewGuid().ToString("N"), key), permit, cancellationToken);
        return answer.Result;
    }
}
