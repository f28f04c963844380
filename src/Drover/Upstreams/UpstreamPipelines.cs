using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Drover.Upstreams;

/// <summary>The Polly pipelines around a call.</summary>
internal static class UpstreamPipelines
{
    /// <summary>The code of a call that was not sent because the circuit is open.</summary>
    public const string CircuitOpen = "circuit_open";

    private static readonly ResiliencePropertyKey<bool> IsRepeat = new("drover.repeat");

    /// <summary>What a call is when Drover was told to stop before it was sent.</summary>
    public static CallResult Stopped { get; } =
        new(Outcome.NotSent) { ErrorCode = "stopped", ErrorMessage = "Stopped before it was sent." };

    /// <summary>Around the call: a lost connection is tried again at once, with exponential delay and jitter.</summary>
    public static ResiliencePipeline<CallResult> Retry(UpstreamOptions options, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder<CallResult> { TimeProvider = time };
        if (options.ConnectionRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<CallResult>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result?.Outcome == Outcome.ConnectionLost),
                MaxRetryAttempts = options.ConnectionRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                UseJitter = true,
            });
        }

        return builder.Build();
    }

    /// <summary>
    /// Around each attempt: the time limit, within a circuit breaker that opens when four of five calls in ten seconds, and
    /// at least ten, meet a dead or failing upstream, for <see cref="UpstreamOptions.CoolDown"/>; then one call tries it.
    /// </summary>
    /// <remarks>
    /// Of calls for what has failed before only lost connections count: a few items that fail again and again would look like an upstream
    /// that is down.
    /// </remarks>
    public static ResiliencePipeline<CallResult> Attempt(
        UpstreamOptions options, CircuitBreakerStateProvider circuit, Action<TimeSpan> opened, TimeProvider time, ILogger logger) =>
        new ResiliencePipelineBuilder<CallResult> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<CallResult>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Result is { Outcome: Outcome.ConnectionLost }
                    || (!arguments.Context.Properties.GetValue(IsRepeat, false)
                        && (arguments.Outcome.Exception is TimeoutRejectedException
                            || arguments.Outcome.Result is { Outcome: Outcome.Later, Status: 0 or >= 500 }))),
                FailureRatio = 0.8,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = options.CoolDown,
                StateProvider = circuit,
                OnOpened = arguments =>
                {
                    opened(arguments.BreakDuration);
                    UpstreamLog.CircuitOpened(logger, options.Name, arguments.BreakDuration.TotalSeconds);
                    return default;
                },
                OnClosed = _ =>
                {
                    UpstreamLog.CircuitClosed(logger, options.Name);
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.CallTimeout })
            .Build();

    /// <summary>The context of an attempt.</summary>
    public static ResilienceContext ContextOf(ApiCall call, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(IsRepeat, call.IsRepeat);
        return context;
    }
}
