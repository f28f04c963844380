namespace Drover.Simulator;

/// <summary>The answer of <c>GET /stats</c>.</summary>
public sealed record StatsSnapshot
{
    /// <summary>Requests below <c>/v1</c>.</summary>
    public long Received { get; init; }

    /// <summary>Calls that passed the checks and the limits.</summary>
    public long Admitted { get; init; }

    /// <summary>Calls that were billed.</summary>
    public long Processed { get; init; }

    /// <summary>Calls that a limit turned away with 429. Those of <see cref="SimulatorOptions.Fail429"/> are among the faults.</summary>
    public long Rejected { get; init; }

    /// <summary>The same by limit: <c>requests</c>, <c>tokens</c>, <c>concurrency</c>.</summary>
    public required Dictionary<string, long> RejectedBy { get; init; }

    /// <summary>Answers by status; dropped connections have none.</summary>
    public required Dictionary<int, long> ByStatus { get; init; }

    /// <summary>Faults by the name of their setting without <c>fail</c>, such as <c>500</c> and <c>ResetAfter</c>.</summary>
    public required Dictionary<string, long> Faults { get; init; }

    /// <summary>Connections that were reset before the request was processed.</summary>
    public long ResetsBefore { get; init; }

    /// <summary>Connections that were reset after the request was processed.</summary>
    public long ResetsAfter { get; init; }

    /// <summary>Connections that were dropped while the simulator was down.</summary>
    public long Down { get; init; }

    /// <summary>Billed tokens of prompts.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Billed tokens of completions.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>The bill, exact.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The most calls that were in flight at once.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>Identities that were processed at least once.</summary>
    public long Distinct { get; init; }

    /// <summary>The sum over all identities of how often they were processed beyond once.</summary>
    public long Repeated { get; init; }

    /// <summary>The bill by model.</summary>
    public required Dictionary<string, ModelStats> Models { get; init; }

    /// <summary>The last ten minutes' seconds in which something came, oldest first.</summary>
    public required IReadOnlyList<SecondCount> Seconds { get; init; }
}
