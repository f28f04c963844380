using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Functions.Orchestration;
using Drover.Functions.Tests.Hosting;
using Drover.Shards;
using Drover.Stages;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>
/// A host with stand-ins for the activities of a batch. As they are, they let it complete; a test gives some of them other answers.
/// </summary>
internal sealed class FakeBatch : IAsyncDisposable
{
    public const string Id = "b1";

    /// <summary>What a shard brings that is settled: ten results.</summary>
    public static readonly Tally Ten = new(10, 0, 0, 100, 50, 0.01m);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Tally> _settled = [];

    public FakeBatch(int shards = 2, int window = 1)
    {
        Plan = new BatchPlan(shards, shards * 10, 0, window);
        OnPlan = _ => Plan;
        OnPass = _ => PassResult.Settled(Ten);
        OnAudit = id => new Audit([], SettledOf(id));
        OnFinish = ending => new FinalRecord(
            ending.Status, ending.Reason, ending.Plan.Items, ending.Plan.Invalid, ending.Tally ?? SettledOf(ending.BatchId), Host.Now);
        Host.Answer<string>(nameof(PlanBatch), id => OnPlan(id));
        Host.Answer<ShardRun>(nameof(RunShard), run => Noted(run, OnPass(run)));
        Host.Answer<string>(nameof(AuditBatch), id => OnAudit(id));
        Host.Answer<FinishBatchInput>(nameof(FinishBatch), ending => OnFinish(ending));
        Host.Answer<Reopening>(nameof(ReopenBatch), _ => null);
        Host.Answer<StageRun>(nameof(AdvanceStage), run => OnAdvance(run));
    }

    public OrchestratorHost Host { get; } = new();

    public BatchPlan Plan { get; set; }

    public Func<string, BatchPlan> OnPlan { get; set; }

    public Func<ShardRun, PassResult> OnPass { get; set; }

    public Func<string, Audit> OnAudit { get; set; }

    public Func<FinishBatchInput, FinalRecord> OnFinish { get; set; }

    public Func<StageRun, StageAdvance> OnAdvance { get; set; } = _ => new StageAdvance(IsLast: true, IsShort: false, Ten);

    /// <summary>How the batch was ended.</summary>
    public FinishBatchInput Ending => Assert.Single(Host.Inputs<FinishBatchInput>(nameof(FinishBatch)), e => e.BatchId == Id);

    /// <summary>The calls, as <c>activity instance</c>, without the batch's id.</summary>
    public IEnumerable<string> Calls => Host.Calls.Select(c => $"{c.Activity} {c.InstanceId[Id.Length..]}".TrimEnd());

    /// <summary>A pass that leaves items, to be tried again then.</summary>
    public static PassResult ComeBack(DateTimeOffset at, long done = 4) =>
        new(false, Ten with { Completed = done }, 10 - (int)done, at, true, 0, null);

    /// <summary>A pass over a shard that was closed early.</summary>
    public static PassResult Unrun() => PassResult.Settled(Tally.Zero with { Completed = 4, Unrun = 6 });

    public static PassResult StopsWith(string reason) => new(false, Tally.Zero, 10, default, false, 0, reason);

    /// <summary>The counts over the batch's shards that are settled.</summary>
    public Tally SettledOf(string batchId)
    {
        lock (_gate)
        {
            return _settled.Where(s => s.Key.StartsWith($"{batchId}:", StringComparison.Ordinal))
                .Aggregate(Tally.Zero, (sum, s) => sum + s.Value);
        }
    }

    public Task StartAsync(BatchRun? run = null, DateTimeOffset? at = null) =>
        Host.StartAsync(nameof(BatchOrchestrator), run ?? new BatchRun(Id), Id, at);

    /// <summary>Starts the batch and waits for its end.</summary>
    public async Task<FinalRecord> RunAsync(BatchRun? run = null)
    {
        await StartAsync(run);
        return await EndAsync();
    }

    public Task<FinalRecord> EndAsync() => Host.ResultAsync<FinalRecord>(Id);

    public Task CloseAsync() => Host.RaiseAsync(Id, BatchOrchestrator.CloseEvent, BatchStatus.Cancelled);

    /// <summary>How the batch stands, as <see cref="BatchViews"/> reads it.</summary>
    public async Task<BatchProgress?> ProgressAsync() => await Host.StatusAsync<BatchProgress>(Id);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private PassResult Noted(ShardRun run, PassResult result)
    {
        if (result.IsSettled)
        {
            lock (_gate)
            {
                _settled[ShardOrchestrator.InstanceId(run.BatchId, run.Shard)] = result.Tally;
            }
        }

        return result;
    }
}
