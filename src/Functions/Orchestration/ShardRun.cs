namespace Drover.Functions.Orchestration;

/// <summary>What a <see cref="ShardOrchestrator"/> starts with and hands on to itself; also the input of <see cref="RunShard"/>.</summary>
/// <param name="Pass">The pass that comes next, from 1.</param>
/// <param name="From">The item of the shard to begin with: where the last run of this pass left off.</param>
public sealed record ShardRun(string BatchId, int Shard, int Pass, int From = 0);
