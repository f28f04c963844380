using Drover.Calls;
using Drover.Json;
using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Streams;

/// <summary>Why a call did not bring the answer to its end.</summary>
/// <param name="Code">A code for programs.</param>
internal sealed record StreamFailure(string Reason, string Code)
{
    /// <summary>When the upstream asks to come back, as a delay from now.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether no further try would change it.</summary>
    public bool IsFinal { get; private init; }

    /// <summary>The answer, where it was no stream.</summary>
    public CallResult? Head { get; private init; }

    /// <summary>Whether the call is paid for: its stream had begun.</summary>
    public bool WasPaid { get; private init; }

    /// <summary>Of a stream that had begun.</summary>
    public static StreamFailure Half(string reason, string code) => new(reason, code) { WasPaid = true };

    /// <summary>Of an answer that is no stream.</summary>
    public static StreamFailure Of(CallResult head, TimeSpan longestWait)
    {
        var mayPass = head.Outcome is Outcome.Later or Outcome.ConnectionLost or Outcome.NotSent && !(head.RetryAfter > longestWait);
        return new StreamFailure(
            head.ErrorMessage ?? "The upstream answered with no stream.",
            head.Outcome == Outcome.BudgetSpent ? ModelCaller.SpentCode : head.ErrorCode ?? "no_stream")
        {
            RetryAfter = head.RetryAfter,
            IsFinal = !mayPass,
            Head = head,
        };
    }

    /// <summary>Of an error within the stream: what the upstream finds wrong with the request stays wrong.</summary>
    public static StreamFailure Of(ErrorWords error) =>
        new(Excerpt.Of(error.Message ?? "The upstream reported an error in its stream."), Excerpt.Of(error.Code ?? "upstream_error"))
        {
            IsFinal = Judgement.Of(200, error) is not Outcome.Later,
            WasPaid = true,
        };
}
