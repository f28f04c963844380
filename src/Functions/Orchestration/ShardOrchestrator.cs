using Drover.Shards;
namespace Drover.Functions.Orchestration;

/// <summary>
/// Runs a shard, pass by pass, until every item of it has its outcome or waits in the retry queue; sleeps on durable timers in between.
/// </summary>
public static class ShardOrchestrator
{
    /// <summary>The event that ends the sleep; its payload is <see cref="RunNow"/> or <see cref="Stop"/>.</summary>
    public const string WakeEvent = "wake";

    /// <summary>Run the next pass at once.</summary>
    public const string RunNow = "run";

    /// <summary>End without another pass: the batch stops.</summary>
    public const string Stop = "stop";

    private const int RunsPerGeneration = 25;

    /// <summary>The id that a shard's orchestration goes by.</summary>
    public static string InstanceId(string batchId, int shard) => $"{batchId}:{shard}";

    [Function(nameof(ShardOrchestrator))]
    public static async Task<ShardOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ShardRun run)
    {
        Task<string>? wake = null;
        for (var i = 0; i < RunsPerGeneration; i++)
        {
            wake ??= context.WaitForExternalEvent<string>(WakeEvent);
            var pass = await context.CallActivityAsync<PassResult>(nameof(RunShard), run, ActivityRetries.Storage);
            if (pass.IsSettled || pass.StopReason is not null)
            {
                return new ShardOutcome(pass.IsSettled, pass.Tally, pass.StopReason);
            }

            if (pass.IsInRetry)
            {
                return new ShardOutcome(false, pass.Tally, null) { InRetry = pass.Left };
            }

            if (!wake.IsCompleted && pass.ComeBackAt.UtcDateTime > context.CurrentUtcDateTime)
            {
                await SleepAsync(context, pass.ComeBackAt.UtcDateTime, wake);
            }

            if (wake.IsCompleted)
            {
                if (await wake == Stop)
                {
                    return new ShardOutcome(false, pass.Tally, null);
                }

                wake = null; // Who waits takes the next event at once; after the last pass it is the next generation's.
            }

            run = pass.IsWholePass ? run with { Pass = run.Pass + 1, From = 0 } : run with { From = pass.Next };
        }

        context.ContinueAsNew(run);
        return null!;
    }

    private static async Task SleepAsync(TaskOrchestrationContext context, DateTime until, Task wake)
    {
        using var cancelled = new CancellationTokenSource();
        var timer = context.CreateTimer(until, cancelled.Token);
        if (await Task.WhenAny(timer, wake) == wake)
        {
            cancelled.Cancel(); // Not CancelAsync, which would leave the orchestrator's thread.
        }
    }
}
