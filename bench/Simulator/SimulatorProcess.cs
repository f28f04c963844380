using System.Diagnostics;
using System.Globalization;

namespace Drover.Simulator.Bench;

/// <summary>The simulator as a process of its own, on a free port.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static SimulatorProcess Start(double latency, params string[] options)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "drover-simulator.dll");
        var start = new ProcessStartInfo("dotnet", [program, "--latency", latency.ToString(CultureInfo.InvariantCulture), .. options])
        {
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var line = process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The simulator ended before it listened.");
        return new SimulatorProcess(process, new Uri(line.Split(' ')[^1]));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
