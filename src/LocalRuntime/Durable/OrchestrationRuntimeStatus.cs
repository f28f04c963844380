namespace Drover.LocalRuntime;

/// <summary>Where an orchestration stands. The numbers are those of the real SDK and are stored.</summary>
public enum OrchestrationRuntimeStatus
{
    Running = 0,
    Completed = 1,

    [Obsolete("Exists only for compatibility; an instance that continues as new is Running.")]
    ContinuedAsNew = 2,

    Failed = 3,

    [Obsolete("Exists only for compatibility; nothing sets it.")]
    Canceled = 4,

    Terminated = 5,
    Pending = 6,
    Suspended = 7,
}
