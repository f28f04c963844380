using System.Collections.Concurrent;
using System.Globalization;
using Drover.Budgets;
using Drover.Models;
using Drover.OpenAI;
using Drover.Throttling;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Calls;

/// <summary>
/// The way to call a model, for batches, relays, streams and answers: within its upstream's limits and the budgets, and on the next
/// upstream when one is out.
/// </summary>
public sealed class ModelCaller(
    UpstreamPool upstreams, ModelCatalogue models, SpendLedger ledger, BudgetOptions budgets, TimeProvider time,
    ILogger<ModelCaller> logger)
{
    /// <summary>So many forms of a request are tried at most.</summary>
    private const int MostDialects = 6;

    private readonly ConcurrentDictionary<(string Upstream, string? Model), Dialect> _dialects = new();

    /// <summary>The code, and the type, of the error that says that a budget is spent.</summary>
    public const string SpentCode = "insufficient_quota";

    /// <summary>
    /// The terms of a relayed request. The budgets of day and month hold for it, which it shares with all batches, and those of the
    /// caller's key.
    /// </summary>
    /// <param name="key">The name of the caller's key, which pays; null for none.</param>
    public CallTerms TermsFor(string? key) => new(new Payer(Payer.NoBatch, key), budgets.HasPeriods(key)) { IsAwaited = true };

    /// <summary>The terms of a pass over a batch's items.</summary>
    public async ValueTask<CallTerms> TermsForAsync(Payer payer, CancellationToken cancellationToken) =>
        new(payer, await ledger.IsLimitedAsync(payer, cancellationToken)) { Since = time.GetUtcNow() };

    /// <summary>Why a request for that model cannot be made under a budget; null when it can.</summary>
    public string? Fault(CallTerms terms, string? model) => !terms.IsLimited ? null
        : string.IsNullOrWhiteSpace(model) ? "You must provide a model parameter: a budget is set, so prices must be known."
        : models.Fault("'model'", model, isLimited: true);

    /// <summary>Makes a request ready, and picks where it goes first.</summary>
    public ModelCall Prepare(CallTerms terms, string id, string url, ReadOnlyMemory<byte> body) =>
        Prepare(terms, id, url, body, RequestShape.Read(url, body.Span));

    /// <summary>Makes a request ready whose shape was read before.</summary>
    public ModelCall Prepare(CallTerms terms, string id, string url, ReadOnlyMemory<byte> body, RequestShape shape)
    {
        shape = shape with { PromptTokens = (long)Math.Ceiling(shape.PromptTokens * terms.TokenRatio) };
        return new ModelCall(id, url, body, shape, upstreams.Pick(shape.Model), terms);
    }

    /// <summary>How many calls may be under way at once on one upstream, at the most.</summary>
    public int Concurrency => upstreams.All.Max(u => u.Throttle.Concurrency);

    /// <summary>How long the upstream that a call would go to has asked to be left alone.</summary>
    public TimeSpan PausedFor(string? model) => upstreams.Pick(model).Upstream.Throttle.PausedFor;

    /// <summary>Takes note that the upstream of a model worked for a batch before.</summary>
    public void MarkWorked(string? model) => upstreams.Pick(model).Upstream.MarkWorked();

    /// <summary>Waits for the permit to make the call where it goes first.</summary>
    public ValueTask<Permit> AcquireAsync(ModelCall call, CancellationToken cancellationToken) =>
        AcquireAsync(call, call.Target, cancellationToken);

    /// <summary>Makes a call whose answer comes whole.</summary>
    /// <param name="permit">The permit for its first request, which the answer holds from now on; null: it is waited for.</param>
    /// <param name="stopRetrying">When it fires, nothing more is tried; a request under way is always awaited.</param>
    public async Task<Answer> CallAsync(ModelCall call, Permit? permit, CancellationToken stopRetrying)
    {
        var answer = await SendAsync(call, call.Target, permit ?? await AcquireAsync(call, stopRetrying), stopRetrying);
        foreach (var target in upstreams.TargetsOf(call.Shape.Model))
        {
            if (!IsOut(answer.Result) || stopRetrying.IsCancellationRequested)
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

            var next = await SendAsync(call, target, permit, stopRetrying);
            // If all are out, one that may come back is worth waiting for.
            var result = IsOut(next.Result) && answer.Result.Outcome == Outcome.NotSent ? answer.Result : next.Result;
            answer = next with { Result = result, Attempts = answer.Attempts + next.Attempts };
        }

        return answer;
    }

    /// <summary>Makes a call whose answer is a stream, and answers as soon as its head is there.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<UpstreamStream> OpenStreamAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var permit = await AcquireAsync(call, cancellationToken);
        return await call.Target.Upstream.OpenStreamAsync(Limited(call, call.Target), permit, cancellationToken);
    }

    private static ValueTask<Permit> AcquireAsync(ModelCall call, Target target, CancellationToken cancellationToken) =>
        target.Upstream.Throttle.AcquireAsync(call.Shape.ExpectedTokens, cancellationToken, call.Terms.IsAwaited);

    private static bool IsOut(CallResult result) =>
        result.Outcome is Outcome.KeyRefused or Outcome.ModelUnknown or Outcome.SetupWrong
            || result.ErrorCode == UpstreamPipelines.CircuitOpen;

    private async Task<Answer> SendAsync(ModelCall call, Target target, Permit permit, CancellationToken stopRetrying)
    {
        var dialect = call.IsOurs ? _dialects.GetOrAdd((target.Upstream.Name, target.Model), _ => new Dialect()) : null;
        for (var attempts = 0; ;)
        {
            var request = Limited(call, target, dialect);
            var answer = await target.Upstream.CallAsync(request, permit, stopRetrying);
            attempts += answer.Attempts;
            if (attempts < MostDialects && dialect?.Learn(request.Body, answer.Result) is { } learnt)
            {
                CallLog.Adapted(logger, target.Upstream.Name, target.Model, learnt);
                answer.Dispose();
                permit = await AcquireAsync(call, target, stopRetrying);
                continue;
            }

            return answer with { Result = Priced(call, target, answer.Result), Attempts = attempts };
        }
    }

    private CallResult Priced(ModelCall call, Target target, CallResult result) => result with
    {
        Model = result.Model ?? target.Model,
        Upstream = upstreams.All.Count > 1 ? target.Upstream.Name : null,
        IsSimulated = target.Upstream.IsSimulated,
        CostUsd = result.IsPaid ? ModelsOf(target).CostOf(result.Model, result.Usage, target.Model) : 0,
        ErrorMessage = result.ErrorCode == "timeout" ? $"{result.ErrorMessage}{MayHaveCost(call, target)}" : result.ErrorMessage,
    };

    private ModelCatalogue ModelsOf(Target target) => target.Upstream.IsFree ? models.OwnAddress : models.Priced;

    private string MayHaveCost(ModelCall call, Target target) => ModelsOf(target).WorstCaseOf(target.Model, call.Shape) is > 0 and var most
        ? string.Create(CultureInfo.InvariantCulture, $" It may have cost up to ${most:0.######}.")
        : "";

    private ApiCall Limited(ModelCall call, Target target, Dialect? dialect = null)
    {
        var body = target.Model is { } model && model != call.Shape.Model ? RequestBody.WithModel(call.Body, model) : call.Body;
        body = dialect?.Write(body) ?? body;
        var spending = call.Terms.IsLimited ? new CallSpending(ledger, call, target.Model, ModelsOf(target), time) : null;
        return new ApiCall(call.Url, body, target.Model, call.Shape.ExpectedTokens, spending)
        {
            IsRepeat = call.Terms.IsRepeat,
            IsAwaited = call.Terms.IsAwaited,
            Since = call.Terms.Since,
            PromptTokens = call.Shape.PromptTokens,
        };
    }
}
