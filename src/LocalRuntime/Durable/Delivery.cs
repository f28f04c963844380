namespace Drover.LocalRuntime;

/// <summary>What a committed transaction has for the engine: new messages, new activities, instances whose state changed.</summary>
internal sealed class Delivery
{
    public List<InstanceMessage> Messages { get; } = [];

    public List<ActivityWork> Activities { get; } = [];

    public List<string> Changed { get; } = [];

    /// <summary>Timers that will not be needed.</summary>
    public List<(long Execution, int? Task)> CancelledTimers { get; } = [];

    /// <summary>Executions whose activities are not to start any more.</summary>
    public List<long> Revoked { get; } = [];
}
