namespace Drover.Batches;

/// <summary>The names of a batch's states: those of the OpenAI Batch API, and <see cref="Stopped"/>.</summary>
public static class BatchStatus
{
    public const string Validating = "validating";
    public const string InProgress = "in_progress";
    public const string Finalizing = "finalizing";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Expired = "expired";
    public const string Cancelling = "cancelling";
    public const string Cancelled = "cancelled";

    /// <summary>Ended early for a reason that can be mended; starting it again goes on where it stood.</summary>
    public const string Stopped = "stopped";

    /// <summary>Whether a batch in that state runs no more.</summary>
    public static bool IsEnd(string status) => status is Completed or Failed or Expired or Cancelled or Stopped;
}
