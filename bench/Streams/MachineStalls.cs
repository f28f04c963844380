using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Drover.Bench;

/// <summary>Notes when the machine itself stands still: when, on one of its processors, a thread before all others wakes late.</summary>
/// <remarks>
/// Linux. On a virtual machine whose host is busy such stalls are frequent and long, and no program can be quicker than they let it.
/// </remarks>
internal sealed partial class MachineStalls : IDisposable
{
    private const int MostPriority = -20;

    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(5);

    private readonly List<(long From, long To)> _stalls = [];
    private readonly List<Thread> _threads;
    private volatile bool _isOver;

    public MachineStalls()
    {
        _threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(cpu => new Thread(() => Watch(cpu)))];
        _threads.ForEach(t => t.Start());
    }

    /// <summary>Whether the machine stood still at any time between.</summary>
    public bool Any(long from, long to)
    {
        lock (_stalls)
        {
            return _stalls.Exists(s => s.From < to && from < s.To);
        }
    }

    public void Dispose()
    {
        _isOver = true;
        _threads.ForEach(t => t.Join());
    }

    private void Watch(int cpu)
    {
        var mask = 1UL << cpu;
        if (SetAffinity(0, sizeof(ulong), ref mask) != 0 || SetPriority(0, 0, MostPriority) != 0)
        {
            return; // Without leave for that, nothing is left out.
        }

        while (!_isOver)
        {
            var from = Stopwatch.GetTimestamp();
            Thread.Sleep(1);
            var to = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(from, to) > Late)
            {
                lock (_stalls)
                {
                    _stalls.Add((from, to));
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ref ulong mask);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
