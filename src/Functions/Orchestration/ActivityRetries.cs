namespace Drover.Functions.Orchestration;

/// <summary>How activities are tried again when they throw, which they do only when storage fails them.</summary>
internal static class ActivityRetries
{
    /// <summary>Ten times over about five minutes.</summary>
    public static TaskOptions Storage { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(
            maxNumberOfAttempts: 10, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromMinutes(1)));
}
