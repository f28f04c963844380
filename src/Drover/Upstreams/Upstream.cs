using System.Collections.Concurrent;
using Drover.OpenAI;
using Drover.Throttling;
using Drover.Upstreams.Http;
using Drover.Upstreams.Keys;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Drover.Upstreams;

/// <summary>One OpenAI-compatible API: makes a call under the throttle and says what its answer means.</summary>
/// <remarks>
/// <para>A call never throws for what the upstream does: every answer, and every lack of one, is a <see cref="CallResult"/>.</para>
/// <para>
/// Around each attempt: the time limit of the whole call and a circuit breaker (Polly). Around the call: the short retry of
/// lost connections (Polly), which gives its permit back while it waits. Longer waits are not this class's: they belong to
/// durable timers.
/// </para>
/// </remarks>
public sealed partial class Upstream : IDisposable
{
    // Nobody waits for it any more, and it may have been sent.
    private static readonly CallResult Cancelled = new(Outcome.ConnectionLost) { IsAnswerLost = true };

    private static readonly TimeSpan GoneFor = TimeSpan.FromMinutes(10);

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly UpstreamHttp _http;
    private readonly ResiliencePipeline<CallResult> _retry;
    private readonly KeyRing _keys;
    private readonly ModelCircuits _circuits;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _modelsGone = new(StringComparer.Ordinal);
    private readonly SetupProof _setup = new();
    private readonly PauseLimit _pauses;

    public Upstream(UpstreamOptions options, Throttle throttle, TimeProvider time, ILogger<Upstream> logger)
    {
        (_options, Throttle, _time, _logger) = (options, throttle, time, logger);
        _http = new UpstreamHttp(options, time);
        _keys = new KeyRing(options.Keys, options.Name, time, logger);
        _retry = UpstreamPipelines.Retry(options, time);
        _circuits = new ModelCircuits(options, time, logger);
        _pauses = new PauseLimit(options.LongestPause, time);
    }

    /// <summary>How it fares.</summary>
    public UpstreamState State => new(
        Name,
        _options.BaseUrl,
        _circuits.State,
        _keys.States,
        Trouble);

    /// <summary>Whether it takes no calls of a model now: the model's circuit is open, or no key is left.</summary>
    public bool IsUnavailable(string? model) => _keys.IsUnavailable || _circuits.IsOpen(model);

    /// <summary>Whether no key of it is left.</summary>
    public bool HasNoKeyLeft => _keys.IsUnavailable;

    /// <summary>Takes note that the set-up is right: a result came, now or in an earlier process.</summary>
    public void MarkWorked() => _setup.MarkWorked();

    /// <summary>The throttle that permits for this upstream come from.</summary>
    public Throttle Throttle { get; }

    /// <summary>What the settings call it.</summary>
    public string Name => _options.Name;

    /// <summary>Where it is.</summary>
    public string BaseUrl => _options.BaseUrl;
    internal bool IsFree => _options.IsFree;
    internal bool IsSimulated => _options.Simulated;

    /// <summary>What is wrong with the upstream, as the last answer shows; null when it answers.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Makes one call, with the short retries and the other keys that belong to it.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="permit">Leave for the first request; it is the answer's from now on.</param>
    /// <param name="stopRetrying">When it fires, a lost connection is not tried again; a request under way is always awaited.</param>
    public Task<Answer> CallAsync(ApiCall call, Permit permit, CancellationToken stopRetrying) =>
        call.Url == ResponsesRequest.Url ? RespondAsync(call, permit, stopRetrying) : CallRouteAsync(call, permit, stopRetrying);

    private async Task<Answer> CallRouteAsync(ApiCall call, Permit permit, CancellationToken stopRetrying)
    {
        var attempts = 0;
        Permit? current = permit, held = null;
        var last = default(CallResult);
        try
        {
            var result = await _retry.ExecuteAsync(
                async token =>
                {
                    (last, held) = await WithAKeyAsync(call, Interlocked.Exchange(ref current, null), AttemptAsync, token);
                    Learn(call, last);
                    return last;
                },
                stopRetrying);
            return new Answer(result, attempts, held);
        }
        catch (OperationCanceledException) when (stopRetrying.IsCancellationRequested)
        {
            return new Answer(last ?? UpstreamPipelines.Stopped, attempts, held);
        }
        finally
        {
            current?.Dispose();
        }

        async Task<CallResult> AttemptAsync(ApiKey key, Permit permit)
        {
            if (call.Since is { } since && _keys.WentOutAfter(since))
            {
                return UpstreamPipelines.Stopped; // Between being given this key and its turn.
            }

            var result = await SendAsync(call, key, permit, null, CancellationToken.None);
            attempts += result.Outcome is Outcome.NotSent or Outcome.BudgetSpent ? 0 : 1;
            return result;
        }
    }

    // A key that is refused costs the call nothing but time while there is another, or the same has errors left.
    // What may be tried again holds no permit meanwhile; any other answer keeps its own.
    private async Task<(CallResult Result, Permit? Held)> WithAKeyAsync(
        ApiCall call, Permit? permit, Func<ApiKey, Permit, Task<CallResult>> attempt, CancellationToken cancellationToken)
    {
        var result = UpstreamPipelines.Stopped;
        for (var first = true; first || !_keys.IsUnavailable;)
        {
            // Leave first: by the time it comes, a key chosen before may be out.
            var held = permit ?? await Throttle.AcquireAsync(call.Tokens, cancellationToken, call.IsAwaited);
            permit = null;
            var isKept = false;
            try
            {
                if (_keys.Next(first) is not { } key)
                {
                    break;
                }

                if (await key.Gate.RunAsync(() => attempt(key, held), held.Dispose) is not { } answer)
                {
                    continue;
                }

                (result, first) = (answer, false);
                if (result.Outcome != Outcome.KeyRefused)
                {
                    isKept = result.Outcome != Outcome.ConnectionLost;
                    return (result, isKept ? held : null);
                }
            }
            finally
            {
                if (!isKept)
                {
                    held.Dispose();
                }
            }
        }

        return (result, null);
    }

    /// <summary>Whether the upstream said lately that it does not know the model.</summary>
    public bool Lacks(string model) => _modelsGone.TryGetValue(model, out var since) && _time.GetUtcNow() < since + GoneFor;

    /// <summary>The connection test: asks for <c>GET /v1/models</c> with every key. It costs nothing.</summary>
    /// <returns>What each key met, in the order of the settings.</returns>
    public async Task<IReadOnlyList<CallResult>> TestAsync(CancellationToken cancellationToken)
    {
        var tests = new List<CallResult>();
        foreach (var key in _keys.Keys)
        {
            tests.Add(await _http.GetModelsAsync(key, cancellationToken));
        }

        return tests;
    }

    public void Dispose() => _http.Dispose();

    private async Task<CallResult> SendAsync(
        ApiCall call, ApiKey key, Permit permit, UpstreamStream? stream, CancellationToken cancellationToken)
    {
        if (call.Spending is not null && await call.Spending.ReserveAsync(cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var result = Cancelled;
        try
        {
            result = UsageEstimate.Of(_pauses.Limit(await GuardedAsync(call, key, stream, cancellationToken)), call);
        }
        finally
        {
            if (stream?.Body is null)
            {
                call.Spending?.Settle(result);
            }
        }

        if (result.Outcome is not Outcome.NotSent)
        {
            // A key without quota is answered with 429 too; that says nothing of the rate.
            permit.Report(new CallFeedback(result.Outcome == Outcome.KeyRefused ? 0 : result.Status)
            {
                RetryAfter = result.RetryAfter,
                Tokens = result.Outcome == Outcome.Result && stream?.Body is null
                    ? result.Usage.PromptTokens + result.Usage.CompletionTokens
                    : null,
                Rates = result.Rates,
            });
        }

        return result;
    }

    private void Learn(ApiCall call, CallResult result)
    {
        Trouble = result.Outcome is Outcome.Result or Outcome.Rejected or Outcome.ModelUnknown ? null : result.ErrorMessage;
        if (result.Outcome == Outcome.ModelUnknown && call.Model is not null)
        {
            _modelsGone[call.Model] = _time.GetUtcNow();
        }
    }

    private async Task<CallResult> GuardedAsync(ApiCall call, ApiKey key, UpstreamStream? stream, CancellationToken cancellationToken)
    {
        var circuit = _circuits.Of(call.Model);
        var context = UpstreamPipelines.ContextOf(call, cancellationToken);
        try
        {
            return await circuit.Pipeline.ExecuteAsync(
                static async (context, state) => state.Self._setup.Judge(
                    await state.Self._http.PostAsync(state.Call, state.Key, state.Stream, context.CancellationToken), state.Call.Model),
                context,
                (Self: this, Call: call, Key: key, Stream: stream));
        }
        catch (TimeoutRejectedException)
        {
            return Lost(
                Outcome.Later, "timeout", $"No complete answer within {_options.CallTimeout.TotalSeconds:0.#} s ({_options.Section}:CallTimeout).") with
            {
                IsAnswerLost = true,
                IsUpstreamDown = !circuit.IsClosed,
            };
        }
        catch (BrokenCircuitException e)
        {
            return Lost(Outcome.NotSent, UpstreamPipelines.CircuitOpen, "The upstream is down; nothing was sent.") with
            {
                RetryAfter = e.RetryAfter ?? TimeSpan.FromSeconds(1),
            };
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static CallResult Lost(Outcome outcome, string code, string message) =>
        new(outcome) { ErrorCode = code, ErrorMessage = message };
}
