namespace Drover.LocalRuntime;

/// <summary>How an execution ended.</summary>
internal sealed record Outcome(
    OrchestrationRuntimeStatus Status, string? Output = null, TaskFailureDetails? Failure = null, StartData? ContinueAs = null)
{
    public static Outcome Failed(TaskFailureDetails failure) => new(OrchestrationRuntimeStatus.Failed, Failure: failure);

    public static Outcome Failed(Exception exception) => Failed(TaskFailureDetails.FromException(exception));
}
