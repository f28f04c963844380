using Drover.Json;
using Drover.Upstreams;

namespace Drover.Outcomes;

/// <summary>The reasons of an item's failures, bounded: the same reason again is counted, and of many only the latest are kept.</summary>
internal static class AttemptHistory
{
    private const int Most = 20;
    private const int LongestMessage = 200;

    /// <summary>The history with one more failure.</summary>
    public static IReadOnlyList<Attempt> With(IReadOnlyList<Attempt> history, CallResult failure, DateTimeOffset now)
    {
        var latest = Of(now, failure.Status, failure.ErrorCode, failure.ErrorMessage, 1);
        return history.LastOrDefault() is { } last && last.Status == latest.Status && last.Code == latest.Code
            ? [.. history.SkipLast(1), last with { Until = now, Times = last.Times + 1, Message = latest.Message }]
            : [.. history.TakeLast(Most - 1), latest];
    }

    /// <summary>The history of an item whose error is taken back.</summary>
    public static IReadOnlyList<Attempt> Of(OutcomeLine error, DateTimeOffset now) =>
        error.History ?? [Of(now, error.Call.Status, error.Codes.FirstOrDefault(), error.Fault?.Message, error.Attempts)];

    private static Attempt Of(DateTimeOffset at, int status, string? code, string? message, int times) =>
        new(at, at, times, status, code, message is null ? null : Excerpt.Of(message, LongestMessage));
}
