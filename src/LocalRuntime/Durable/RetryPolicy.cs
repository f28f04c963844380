namespace Drover.LocalRuntime;

/// <summary>How often, and after which waits, a failed call is made again.</summary>
/// <remarks>
/// The wait before attempt n + 1 is <c>firstRetryInterval × backoffCoefficient^(n - 1)</c>, at most
/// <c>maxRetryInterval</c> (one hour unless given). No attempt starts its wait later than <c>retryTimeout</c> after
/// the first one began. Waits are durable timers, without jitter, because they must replay the same.
/// </remarks>
public class RetryPolicy
{
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        Require(maxNumberOfAttempts > 0, nameof(maxNumberOfAttempts), maxNumberOfAttempts, "greater than zero");
        Require(firstRetryInterval > TimeSpan.Zero, nameof(firstRetryInterval), firstRetryInterval, "greater than zero");
        Require(backoffCoefficient >= 1, nameof(backoffCoefficient), backoffCoefficient, "at least 1.0");
        Require(AtLeastFirst(maxRetryInterval), nameof(maxRetryInterval), maxRetryInterval, "at least firstRetryInterval");
        Require(AtLeastFirst(retryTimeout), nameof(retryTimeout), retryTimeout, "at least firstRetryInterval");

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;

        bool AtLeastFirst(TimeSpan? value) => value is null || value == Timeout.InfiniteTimeSpan || value >= firstRetryInterval;
    }

    /// <summary>Attempts in all, the first one included.</summary>
    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    /// <summary>Says whether a failure is worth another attempt; unset, every failure is.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure { init => ShouldRetry = value; }

    internal Func<TaskFailureDetails, bool> ShouldRetry { get; private init; } = static _ => true;

    /// <summary>The wait after the failed attempt of this number (from 1), or null when it was the last.</summary>
    internal TimeSpan? DelayAfter(int attempt, TimeSpan sinceFirstAttempt)
    {
        if (attempt >= MaxNumberOfAttempts || (RetryTimeout != Timeout.InfiniteTimeSpan && sinceFirstAttempt >= RetryTimeout))
            return null;

        var milliseconds = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, attempt - 1);
        var most = MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.FromDays(36500) : MaxRetryInterval;
        return milliseconds < most.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : most;
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"The value for {name} must be {rule}.");
    }
}
