using Drover.Simulator.Counting;
using Drover.Simulator.Faults;
using Drover.Simulator.Limits;

namespace Drover.Simulator;

/// <summary>Counts what the simulator was asked and what it answered.</summary>
/// <remarks>
/// A call is counted as processed, and billed, when it has passed all checks, limits and faults that strike before the
/// processing, that is before its latency: a client that goes away meanwhile pays all the same.
/// </remarks>
public sealed class SimulatorStats
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly IdentityCounts _identities;
    private readonly Dictionary<int, long> _byStatus = [];
    private readonly Dictionary<string, long> _rejected = [];
    private readonly Dictionary<string, long> _faults = [];
    private readonly Dictionary<string, ModelTotals> _models = [];
    private readonly SecondCounts _seconds = new();
    private long _received;
    private long _admitted;
    private long _down;
    private int _maxInFlight;

    internal SimulatorStats(SimulatorOptions options)
    {
        _time = options.TimeProvider;
        _identities = new IdentityCounts(options.KeepNames);
    }

    /// <summary>The totals now.</summary>
    public StatsSnapshot Snapshot()
    {
        var (distinct, repeated) = _identities.Totals();
        lock (_gate)
        {
            return new StatsSnapshot
            {
                Received = _received,
                Admitted = _admitted,
                Processed = _models.Values.Sum(model => model.Processed),
                Rejected = _rejected.Values.Sum(),
                RejectedBy = new(_rejected),
                ByStatus = _byStatus.ToDictionary(pair => pair.Key, pair => pair.Value),
                Faults = new(_faults),
                ResetsBefore = _faults.GetValueOrDefault(Fault.ResetBefore.SettingName()),
                ResetsAfter = _faults.GetValueOrDefault(Fault.ResetAfter.SettingName()),
                Down = _down,
                PromptTokens = _models.Values.Sum(model => model.PromptTokens),
                CompletionTokens = _models.Values.Sum(model => model.CompletionTokens),
                CostUsd = _models.Values.Sum(model => model.CostUsd),
                MaxConcurrency = _maxInFlight,
                Distinct = distinct,
                Repeated = repeated,
                Models = _models.ToDictionary(pair => pair.Key, pair => pair.Value.ToStats()),
                Seconds = _seconds.ToList(),
            };
        }
    }

    /// <summary>The identities that were processed at least so often, with their counts.</summary>
    public IReadOnlyList<RequestCount> Requests(int min = 1) => _identities.List(min);

    /// <summary>Starts counting anew. Faults then strike as if every request were seen for the first time.</summary>
    public void Reset()
    {
        _identities.Clear();
        lock (_gate)
        {
            _byStatus.Clear();
            _rejected.Clear();
            _faults.Clear();
            _models.Clear();
            _seconds.Clear();
            (_received, _admitted, _down, _maxInFlight) = (0, 0, 0, 0);
        }
    }

    internal void OnReceived()
    {
        lock (_gate)
        {
            _received++;
        }
    }

    internal void OnDown()
    {
        lock (_gate)
        {
            _down++;
        }
    }

    /// <summary>How often this identity has been admitted, this time included.</summary>
    internal int OnAdmitted(RequestIdentity identity, int inFlight)
    {
        var second = Second;
        lock (_gate)
        {
            _admitted++;
            _maxInFlight = Math.Max(_maxInFlight, inFlight);
            _seconds.Add(second, accepted: 1, rejected: 0);
        }

        return _identities.See(identity);
    }

    internal void OnRejected(Rejection rejection)
    {
        var second = Second;
        lock (_gate)
        {
            _rejected[rejection.Limit] = _rejected.GetValueOrDefault(rejection.Limit) + 1;
            _seconds.Add(second, accepted: 0, rejected: 1);
        }
    }

    internal void OnFault(Fault fault)
    {
        lock (_gate)
        {
            _faults[fault.SettingName()] = _faults.GetValueOrDefault(fault.SettingName()) + 1;
        }
    }

    internal void OnProcessed(RequestIdentity identity, SimulatedModel model, int promptTokens, int completionTokens)
    {
        _identities.Process(identity);
        lock (_gate)
        {
            if (!_models.TryGetValue(model.Name, out var totals))
            {
                _models.Add(model.Name, totals = new ModelTotals());
            }

            totals.Add(promptTokens, completionTokens, model.Picodollars(promptTokens, completionTokens));
        }
    }

    internal void OnStatus(int status)
    {
        lock (_gate)
        {
            _byStatus[status] = _byStatus.GetValueOrDefault(status) + 1;
        }
    }

    private long Second => _time.GetUtcNow().ToUnixTimeSeconds();
}
