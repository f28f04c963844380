using Drover.Inference;

namespace Drover.Retries;

/// <summary>The reasons of an item's failures, bounded: the same reason again is counted, and of many only the latest are kept.</summary>
internal static class AttemptHistory
{
    private const int Most = 20;
    private const int LongestMessage = 200;

    /// <summary>The history with one more failure.</summary>
    public static IReadOnlyList<Attempt> With(IReadOnlyList<Attempt> history, CallResult failure, DateTimeOffset now)
    {
        var message = failure.ErrorMessage is { Length: > LongestMessage } text ? string.Concat(text.AsSpan(0, LongestMessage), "…") : failure.ErrorMessage;
        return history.LastOrDefault() is { } last && last.Status == failure.Status && last.Code == failure.ErrorCode
            ? [.. history.SkipLast(1), last with { Until = now, Times = last.Times + 1, Message = message }]
            : [.. history.TakeLast(Most - 1), new Attempt(now, now, 1, failure.Status, failure.ErrorCode, message)];
    }
}
