namespace Drover.Streams;

/// <summary>How a stream ended, as the last line of its log says.</summary>
internal static class StreamEnd
{
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}
