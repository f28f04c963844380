using Azure;

namespace Drover.Storage;

/// <summary>Tells failures of storage apart.</summary>
public static class StorageFailures
{
    /// <summary>Whether a failure is one that passes: no answer, 408, 429, 5xx.</summary>
    public static bool IsPassing(Exception e) =>
        e is RequestFailedException { Status: 0 or 408 or 429 or >= 500 } or AggregateException or IOException or TaskCanceledException;
}
