namespace Drover.LocalRuntime;

/// <summary>Runs orchestrator code and its continuations one after the other on the calling thread.</summary>
/// <remarks>
/// A continuation that comes from another thread means that the code awaited something that is not durable. It is not
/// run, since its place in the order of events would differ from replay to replay; <paramref name="foreign"/> is told.
/// </remarks>
internal sealed class OrchestratorLoop(Action foreign) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private volatile int _thread;

    /// <summary>Whether the caller runs inside this loop.</summary>
    public bool IsCurrent => _thread == Environment.CurrentManagedThreadId;

    /// <summary>Runs <paramref name="first"/> and then everything that it set off, until there is nothing left or it is done.</summary>
    public void Run(Action first, Func<bool> done)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        _thread = Environment.CurrentManagedThreadId;
        try
        {
            first();
            while (!done() && _queue.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            _thread = 0;
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsCurrent)
            _queue.Enqueue((d, state));
        else
            foreign();
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Orchestrator code cannot be called into synchronously.");

    public override SynchronizationContext CreateCopy() => this;
}
