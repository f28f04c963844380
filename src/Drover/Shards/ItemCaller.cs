using Drover.Budgets;
using Drover.Calls;
using Drover.Models;
using Drover.OpenAI;
using Drover.Throttling;
using Drover.Upstreams;

namespace Drover.Shards;

/// <summary>
/// Makes the calls of a batch's items: on the upstream that takes them, with leave and money, and on the next one when one is out.
/// </summary>
/// <param name="payer">The batch, and the key that pays for it.</param>
/// <param name="upstreams">The upstreams and the chain of fallbacks.</param>
/// <param name="ledger">What is asked for money; null when no limit holds for the batch.</param>
/// <param name="isRepeat">Whether the items have failed before.</param>
/// <param name="tokenRatio">How many tokens a prompt has to one of the estimate's: <c>TokenRatio</c>.</param>
internal sealed class ItemCaller(
    Payer payer, UpstreamPool upstreams, ModelCatalogue models, SpendLedger? ledger, TimeProvider time, bool isRepeat = false,
    double tokenRatio = 1)
{
    /// <summary>The answer that is guessed at for a request that sets no limit, in tokens; the throttle learns the truth.</summary>
    private const long TypicalAnswer = 500;

    private readonly DateTimeOffset _since = time.GetUtcNow();

    /// <summary>How long the upstream that a call would go to has asked to be left alone.</summary>
    public TimeSpan PausedFor(string? model) => upstreams.Pick(model).Upstream.Throttle.PausedFor;

    /// <summary>What is asked for an item.</summary>
    public ItemCall Prepare(string itemId, string url, ReadOnlyMemory<byte> body)
    {
        var shape = RequestShape.Read(url, body.Span);
        shape = shape with { PromptTokens = (long)Math.Ceiling(shape.PromptTokens * tokenRatio) };
        return new ItemCall(itemId, url, body, shape, upstreams.Pick(shape.Model));
    }

    /// <summary>Waits for leave to make the call where it goes first.</summary>
    public ValueTask<Permit> AcquireAsync(ItemCall call, CancellationToken cancellationToken) =>
        AcquireAsync(call, call.Target, cancellationToken);

    /// <summary>Makes the call.</summary>
    /// <param name="permit">Leave for its first request; it is the answer's from now on.</param>
    /// <param name="stopRetrying">When it fires, nothing more is tried; a request under way is always awaited.</param>
    public async Task<Answer> CallAsync(ItemCall call, Permit permit, CancellationToken stopRetrying)
    {
        var answer = await CallAsync(call, call.Target, permit, stopRetrying);
        foreach (var target in upstreams.TargetsOf(call.Shape.Model))
        {
            if (!IsUnavailable(answer.Result) || stopRetrying.IsCancellationRequested)
            {
                break;
            }

            if (target == call.Target || target.IsPermanentlyUnavailable)
            {
                continue;
            }

            answer.Dispose();
            try
            {
                permit = await AcquireAsync(call, target, stopRetrying);
            }
            catch (OperationCanceledException) when (stopRetrying.IsCancellationRequested)
            {
                break;
            }

            var next = await CallAsync(call, target, permit, stopRetrying);
            // If all are out, one that may come back is worth waiting for.
            var result = IsUnavailable(next.Result) && answer.Result.Outcome == Outcome.NotSent ? answer.Result : next.Result;
            answer = next with { Result = result, Attempts = answer.Attempts + next.Attempts };
        }

        return answer;
    }

    private static bool IsUnavailable(CallResult result) =>
        result.Outcome is Outcome.KeyRefused or Outcome.ModelUnknown || result.ErrorCode == UpstreamPipelines.CircuitOpen;

    private static ValueTask<Permit> AcquireAsync(ItemCall call, Target target, CancellationToken cancellationToken) =>
        target.Upstream.Throttle.AcquireAsync(TokensOf(call), cancellationToken);

    private static long TokensOf(ItemCall call) =>
        call.Shape.PromptTokens + (call.Shape.MostCompletionTokens ?? TypicalAnswer * call.Shape.Answers);

    private async Task<Answer> CallAsync(ItemCall call, Target target, Permit permit, CancellationToken stopRetrying)
    {
        var body = target.Model is { } model && model != call.Shape.Model ? RequestBody.WithModel(call.Body, model) : call.Body;
        var spending = ledger is null ? null : new CallSpending(ledger, payer, call.ItemId, target.Model, call.Shape, models, time);
        var answer = await target.Upstream.CallAsync(
            new ApiCall(call.Url, body, target.Model, TokensOf(call), spending) { IsRepeat = isRepeat, Since = _since }, permit,
            stopRetrying);
        var result = answer.Result;
        return answer with
        {
            Result = result with
            {
                Model = result.Model ?? target.Model,
                Upstream = upstreams.All.Count > 1 ? target.Upstream.Name : null,
                CostUsd = result.Outcome == Outcome.Result ? models.CostOf(result.Model, result.Usage, target.Model) : 0,
            },
        };
    }
}
