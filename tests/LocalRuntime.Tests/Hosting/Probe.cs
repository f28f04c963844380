using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Drover.LocalRuntime.Tests.Hosting;

/// <summary>Through which test functions tell their test what happened, and are held or made to fail by it.</summary>
public sealed class Probe
{
    private readonly Channel<object?> _seen = Channel.CreateUnbounded<object?>();

    /// <summary>Everything seen, in order.</summary>
    public ConcurrentQueue<object?> All { get; } = new();

    /// <summary>Functions that wait for the test wait for this.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether functions that ask are to fail.</summary>
    public Func<object?, bool> Fails { get; set; } = _ => false;

    public void Saw(object? value)
    {
        All.Enqueue(value);
        _seen.Writer.TryWrite(value);
        if (Fails(value))
        {
            throw new InvalidOperationException("as the test wants");
        }
    }

    /// <summary>The next thing seen that was not asked for before.</summary>
    public async Task<object?> NextAsync() => await _seen.Reader.ReadAsync().AsTask().WithinPatience();
}
