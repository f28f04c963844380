using DurableTask.Core;
using DurableTask.Core.History;

namespace DurableTask.Sqlite.History;

/// <summary>Keeps the texts of failures short: whoever waits for a failed task carries them in its own history.</summary>
internal static class FailureTexts
{
    private const int MaxLength = 8192;

    // What is wrapped around a text that was cut before ("Task 'X' failed …", the note of the cut) does not cut it again.
    private const int Slack = 512;

    public static HistoryEvent Cut(HistoryEvent e) => e is TaskFailedEvent failed && NeedsCut(failed)
        ? new TaskFailedEvent(e.EventId, failed.TaskScheduledId, Cut(failed.Reason), Cut(failed.Details), Cut(failed.FailureDetails))
        : e;

    public static FailureDetails? Cut(FailureDetails? details) => !IsLong(details)
        ? details
        : new FailureDetails(
            details!.ErrorType, Cut(details.ErrorMessage)!, Cut(details.StackTrace), Cut(details.InnerFailure), details.IsNonRetriable,
            details.Properties);

    private static string? Cut(string? text)
    {
        if (!IsLong(text))
        {
            return text;
        }

        var length = char.IsHighSurrogate(text![MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return $"{text[..length]}… ({text.Length - length} characters cut)";
    }

    private static bool NeedsCut(TaskFailedEvent failed) =>
        IsLong(failed.Reason) || IsLong(failed.Details) || IsLong(failed.FailureDetails);

    private static bool IsLong(FailureDetails? details) =>
        details is not null && (IsLong(details.ErrorMessage) || IsLong(details.StackTrace) || IsLong(details.InnerFailure));

    private static bool IsLong(string? text) => text?.Length > MaxLength + Slack;
}
