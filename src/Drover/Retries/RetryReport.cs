using Drover.Batches;

namespace Drover.Retries;

/// <summary>What the batch is told when a ticket has been tried.</summary>
/// <param name="Shard">The ticket's shard.</param>
/// <param name="Gain">The outcomes that came.</param>
/// <param name="IsDone">The queue has the ticket no more: all of it is settled, or the batch must see to it.</param>
/// <param name="StopReason">Why the whole batch must stop, or null.</param>
public sealed record RetryReport(int Shard, Tally Gain, bool IsDone, string? StopReason = null);
