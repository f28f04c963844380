using Drover.Throttling;

namespace Drover.Upstreams;

/// <remarks>
/// The call whose answer is a stream: the same keys, gate, breaker and limits up to the answer's head; after that its reader's.
/// </remarks>
public sealed partial class Upstream
{
    /// <summary>
    /// Makes one call that asks for a stream, and answers as soon as the head of its answer is there. Lost connections are not tried again.
    /// </summary>
    /// <param name="call">What is asked.</param>
    /// <param name="permit">Leave for the first request; given back when the answer is disposed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<UpstreamStream> OpenStreamAsync(ApiCall call, Permit permit, CancellationToken cancellationToken)
    {
        var answer = new UpstreamStream(call.Spending);
        try
        {
            (answer.Head, answer.Permit) = await WithAKeyAsync(
                call, permit, (key, held) => SendAsync(call, key, held, answer, cancellationToken), cancellationToken);
            Learn(call, answer.Head);
            return answer;
        }
        catch
        {
            await answer.DisposeAsync();
            throw;
        }
    }
}
