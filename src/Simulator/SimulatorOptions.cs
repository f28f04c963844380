using System.Text.Json.Serialization;

namespace Drover.Simulator;

/// <summary>Every setting of the simulator, with its default.</summary>
/// <remarks>
/// The same names, in camel case, are the members of <c>POST /control</c>; in kebab case with <c>--</c> they are the
/// command line's. Rates of faults are probabilities; at most one fault meets a request, so they may add up to 1 at the most.
/// </remarks>
public sealed record SimulatorOptions
{
    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Fixes answers, latencies and faults.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The keys that are let in; when empty, any key that is not blank.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The models on offer, with their prices.</summary>
    public IReadOnlyList<SimulatedModel> Models { get; init; } = SimulatedModel.BuiltIn;

    /// <summary>Drops every API request's connection, as if nobody were there. <c>/stats</c> and <c>/control</c> still answer.</summary>
    public bool Down { get; init; }

    /// <summary>Milliseconds from the request to its answer (or to a stream's first event).</summary>
    public double Latency { get; init; }

    /// <summary>The median of a lognormal latency, in milliseconds; 0 means the constant <see cref="Latency"/>.</summary>
    public double LatencyP50 { get; init; }

    /// <summary>Its 95th percentile; 0 leaves it out of the fit.</summary>
    public double LatencyP95 { get; init; }

    /// <summary>Its 99th percentile; 0 leaves it out of the fit.</summary>
    public double LatencyP99 { get; init; }

    /// <summary>Milliseconds between two events of a stream.</summary>
    public double TokenDelay { get; init; }

    /// <summary>Milliseconds between two events of a stream that <see cref="FailStreamSlow"/> has met.</summary>
    public double SlowTokenDelay { get; init; } = 250;

    /// <summary>Requests a minute; 0 is unlimited. A bucket of one second's worth, refilled continuously.</summary>
    public int Rpm { get; init; }

    /// <summary>Tokens a minute, of prompt and completion together; 0 is unlimited. A bucket of one second's worth.</summary>
    public int Tpm { get; init; }

    /// <summary>Calls in flight; 0 is unlimited.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>Whether the limits are secret: no answer carries <c>x-ratelimit-*</c> headers.</summary>
    public bool HideLimits { get; init; }

    /// <summary>Larger bodies are answered with 413.</summary>
    public int MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Whether the frames of streams are odd, though right by the letter of the standard: CRLF, comments, empty events, events
    /// that are no JSON, several in one packet, one over several packets that are cut in the middle of a character.
    /// </summary>
    public bool OddFrames { get; init; }

    /// <summary>There is no route <c>/v1/responses</c>, as most compatible servers have none.</summary>
    public bool NoResponses { get; init; }

    /// <summary>A last message of the assistant's is not continued: the answer begins anew.</summary>
    public bool NoPrefix { get; init; }

    /// <summary>A continuation repeats so many of the last characters of what it continues.</summary>
    public int PrefixOverlap { get; init; }

    /// <summary>The words of a plain-text answer, about.</summary>
    public int AnswerWords { get; init; } = 40;

    /// <summary>Whether <c>/stats/requests</c> shows names rather than hashes: always, never, or (null) for the first 100,000.</summary>
    public bool? KeepNames { get; init; }

    /// <summary>A file to which every processed request is appended, a line of JSON each with its id and its body.</summary>
    public string? Record { get; init; }

    /// <summary>A request whose body contains this text always fails with 500.</summary>
    public string? Poison { get; init; }

    /// <summary>Seconds in the Retry-After of <see cref="Fail429"/>.</summary>
    public double RetryAfter { get; init; } = 1;

    /// <summary>
    /// How long <see cref="FailTimeout"/> and <see cref="FailStreamStall"/> last, in seconds; 0 is until the client goes.
    /// </summary>
    public double TimeoutSeconds { get; init; }

    /// <summary>A request meets faults the first so many times it is admitted, and none after that; 0 is no bound.</summary>
    public int MostFaults { get; init; }

    /// <summary>500 after the latency; not processed.</summary>
    public double Fail500 { get; init; }

    /// <summary>503 after the latency; not processed.</summary>
    public double Fail503 { get; init; }

    /// <summary>429 with Retry-After, though no limit was passed; not processed.</summary>
    public double Fail429 { get; init; }

    /// <summary>No answer; not processed.</summary>
    public double FailTimeout { get; init; }

    /// <summary>The connection is reset; not processed.</summary>
    public double FailResetBefore { get; init; }

    /// <summary>Processed and billed, then the connection is reset without an answer.</summary>
    public double FailResetAfter { get; init; }

    /// <summary>The connection of a stream is dropped after some events; processed and billed.</summary>
    public double FailStreamCut { get; init; }

    /// <summary>A stream falls silent after some events; processed and billed.</summary>
    public double FailStreamStall { get; init; }

    /// <summary>A stream's events come <see cref="SlowTokenDelay"/> apart.</summary>
    public double FailStreamSlow { get; init; }

    /// <summary>200 with a body that is cut off and so is not JSON; processed and billed.</summary>
    public double FailMalformed { get; init; }

    /// <summary>The JSON in the message is cut off.</summary>
    public double FailTruncated { get; init; }

    /// <summary>The JSON in the message stands in a code fence.</summary>
    public double FailFenced { get; init; }

    /// <summary>There is text before and after the JSON in the message.</summary>
    public double FailWrapped { get; init; }

    /// <summary>
    /// Every request is answered in this odd way; null: as the API answers. A request may name another, <c>(answer as NAME)</c>.
    /// </summary>
    public string? AnswerAs { get; init; }

    /// <summary>Drives limits, latencies and time stamps.</summary>
    [JsonIgnore]
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
