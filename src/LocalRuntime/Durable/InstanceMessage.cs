namespace Drover.LocalRuntime;

/// <summary>What a message tells an instance. The numbers are stored.</summary>
internal enum MessageKind
{
    Start = 1,

    /// <summary>Start again as new; unlike <see cref="Start"/>, messages that were waiting before it stay valid.</summary>
    Continue = 2,

    TaskCompleted = 3,
    TaskFailed = 4,
    TimerFired = 5,
    EventRaised = 6,
    Terminate = 7,
    Suspend = 8,
    Resume = 9,

    /// <summary>Never stored: orchestrator code did something that this execution cannot survive.</summary>
    Abort = 100,
}

/// <summary>A message in an instance's inbox.</summary>
/// <param name="Id">Grows with every commit and is never used twice; a start message's id names the execution it starts.</param>
/// <param name="InstanceId">Whose inbox.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Execution">For completions, the execution that asked; others are for whichever runs.</param>
/// <param name="Task">For completions, the step that asked.</param>
/// <param name="Name">For events, the name.</param>
/// <param name="Data">JSON: result, failure, payload or start data.</param>
/// <param name="Due">UTC ticks before which it is not delivered; 0 for at once.</param>
internal sealed record InstanceMessage(
    long Id, string InstanceId, MessageKind Kind, long Execution, int Task, string? Name, string? Data, long Due);
