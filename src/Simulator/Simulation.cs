using Drover.Simulator.Counting;
using Drover.Simulator.Limits;
using Drover.Simulator.Timing;

namespace Drover.Simulator;

/// <summary>What the requests of one server share.</summary>
internal sealed class Simulation : IDisposable
{
    private volatile SimulatorOptions _options;

    public Simulation(SimulatorOptions options)
    {
        SimulatorOptionsValidator.Check(options);
        _options = options;
        Stats = new SimulatorStats(options);
        Limits = new RateLimits(options);
        Delay = new PreciseDelay(options.TimeProvider);
        Recorder = new Recorder(options.Record);
    }

    public SimulatorStats Stats { get; }

    public RateLimits Limits { get; }

    public PreciseDelay Delay { get; }

    public Recorder Recorder { get; }

    public SimulatorOptions Options
    {
        get => _options;
        set
        {
            SimulatorOptionsValidator.Check(value);
            Limits.Configure(value);
            _options = value;
        }
    }

    public void Dispose()
    {
        Delay.Dispose();
        Recorder.Dispose();
    }
}
