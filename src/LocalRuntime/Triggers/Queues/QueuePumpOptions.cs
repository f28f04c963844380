namespace Drover.LocalRuntime;

/// <summary>How a queue is emptied.</summary>
internal sealed record QueuePumpOptions
{
    public required string QueueName { get; init; }

    public required string PoisonQueueName { get; init; }

    public required QueueSettings Settings { get; init; }

    /// <summary>How long a message is ours at a time; renewed at half of it. After a crash it comes back when this has passed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);
}
