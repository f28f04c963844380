using Drover.OpenAI;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>The answer to one call.</summary>
public sealed record CallResult(Outcome Outcome)
{
    /// <summary>The HTTP status, or 0 when there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>The body, on one line when it is JSON; empty when there was no answer.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether <see cref="Body"/> is JSON.</summary>
    public bool IsJson { get; init; }

    /// <summary>The upstream's own id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The model that answered, as the answer states it.</summary>
    public string? Model { get; init; }

    /// <summary>The upstream that answered, where there are several.</summary>
    public string? Upstream { get; init; }

    /// <summary>Whether the answer is made up.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>The tokens used.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>Whether the answer states <see cref="Usage"/>; if not, the usage of an answer that was paid for is estimated.</summary>
    public bool IsUsageKnown { get; init; } = true;

    /// <summary>What the answered request cost, in US dollars; null when nothing is known of the model's prices.</summary>
    public decimal? CostUsd { get; init; } = 0;

    /// <summary>For errors: a code of the upstream's or, where there was no answer, of ours.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>For errors: one sentence, cut to 500 characters.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>When the upstream asks to come back, as a delay from now.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>For errors: the parameter of the request that is refused.</summary>
    public string? Parameter { get; init; }

    /// <summary>Whether the status was good and the body holds no answer: it was paid for, and is not bought again and again.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>
    /// How many calls in a row have failed for a reason that no item causes, on an upstream that has never worked: a wrong address, a
    /// model that it does not know. 0: that is not so.
    /// </summary>
    public int SetupTries { get; init; }

    /// <summary>Of a call that timed out: whether the upstream was down for all at the time.</summary>
    public bool IsUpstreamDown { get; init; }

    /// <summary>Whether money was spent on it: it is a result, or a good answer that says what it used.</summary>
    public bool IsPaid => Outcome == Outcome.Result || Usage != default;

    /// <summary>Whether the request was sent and no answer came that could be read: it may have been processed, and cost.</summary>
    public bool IsAnswerLost { get; init; }

    /// <summary>Whether it is the answer to the same request of before: nothing was sent or paid for it.</summary>
    public bool IsCached { get; init; }

    /// <summary>What the answer's headers say of the upstream's limits.</summary>
    public RateHeaders Rates { get; init; }

    /// <summary>From sending the request to the last byte of the answer.</summary>
    public TimeSpan Latency { get; init; }
}
