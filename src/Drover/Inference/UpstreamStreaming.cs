using Drover.Throttling;

namespace Drover.Inference;

/// <remarks>The call whose answer is a stream: the same keys, gate, breaker and limits up to the answer's head; after that its reader's.</remarks>
public sealed partial class Upstream
{
    /// <summary>Makes one call that asks for a stream, and answers as soon as the head of its answer is there. Lost connections are not tried again.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="permit">Leave for the first request; given back when the answer is disposed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<UpstreamStream> OpenStreamAsync(ApiCall call, Permit permit, CancellationToken cancellationToken)
    {
        var answer = new UpstreamStream(call.Spending);
        answer.Hold(permit);
        Permit? first = permit;
        try
        {
            for (var start = true; start || !_keys.IsOut;)
            {
                var held = answer.Hold(Interlocked.Exchange(ref first, null) ?? await Throttle.AcquireAsync(call.Tokens, cancellationToken));
                if (_keys.Next(start) is not { } key)
                {
                    break;
                }

                if (await key.Gate.RunAsync(() => OpenAsync(call, key, held, answer, cancellationToken), answer.Release) is not { } head)
                {
                    continue;
                }

                (answer.Head, start) = (head, false);
                if (head.Outcome != Outcome.KeyRefused)
                {
                    break;
                }

                answer.Release();
            }

            Trouble = answer.Head.Outcome is Outcome.Result or Outcome.Rejected or Outcome.ModelUnknown ? null : answer.Head.ErrorMessage;
            if (answer.Head.Outcome == Outcome.ModelUnknown && call.Model is not null)
            {
                _modelsGone[call.Model] = _time.GetUtcNow();
            }

            return answer;
        }
        catch
        {
            await answer.DisposeAsync();
            throw;
        }
    }

    private async Task<CallResult> OpenAsync(ApiCall call, ApiKey key, Permit permit, UpstreamStream answer, CancellationToken cancellationToken)
    {
        if (call.Spending is not null && await call.Spending.ReserveAsync(cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var result = await GuardedAsync(call, key, answer, cancellationToken);
        if (result.Outcome != Outcome.NotSent)
        {
            permit.Report(new CallFeedback(result.Status) { RetryAfter = result.RetryAfter, Rates = result.Rates });
        }

        if (answer.Body is null)
        {
            call.Spending?.Settle(result);
        }

        return result;
    }
}
