namespace Drover.LocalRuntime;

/// <summary>The events of one execution: who waits for which, and which came early.</summary>
/// <remarks>
/// As in the real SDK (<c>TaskOrchestrationContextWrapper</c>): names in any case, early events in the order of their
/// arrival, the newest waiter first. Unlike there, a waiter that was cancelled swallows no event.
/// </remarks>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, List<Waiter>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Queue<(long Order, EarlyEvent Event)>> _early = new(StringComparer.OrdinalIgnoreCase);
    private long _arrivals;

    public bool HasWaiters => _waiters.Count > 0;

    /// <summary>Events that nobody took, oldest first.</summary>
    public IReadOnlyList<EarlyEvent> Untaken => [.. _early.Values.SelectMany(q => q).OrderBy(e => e.Order).Select(e => e.Event)];

    public void Raise(string name, string? data)
    {
        if (_waiters.TryGetValue(name, out var stack))
        {
            var waiter = stack[^1];
            Remove(name, waiter);
            waiter.Complete(data);
            return;
        }

        if (!_early.TryGetValue(name, out var queue))
            _early[name] = queue = new();
        queue.Enqueue((_arrivals++, new(name, data)));
    }

    /// <summary>Waits for an event; <paramref name="access"/> is called when the token is cancelled.</summary>
    public Task<T> Wait<T>(string name, Action access, CancellationToken cancellationToken)
    {
        if (_waiters.TryGetValue(name, out var stack) && stack[^1].Type != typeof(T))
        {
            throw new ArgumentException(
                $"Event '{name}' is already awaited as {stack[^1].Type}; it cannot be awaited as {typeof(T)} at the same time.");
        }

        var waiter = new Waiter<T>();
        if (_early.TryGetValue(name, out var queue))
        {
            waiter.Complete(queue.Dequeue().Event.Data);
            if (queue.Count == 0)
                _early.Remove(name);
            return waiter.Task;
        }

        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);

        if (stack is null)
            _waiters[name] = stack = [];
        stack.Add(waiter);
        waiter.Registration = cancellationToken.Register(() =>
        {
            access();
            if (Remove(name, waiter))
                waiter.Cancel(cancellationToken);
        });
        return waiter.Task;
    }

    private bool Remove(string name, Waiter waiter)
    {
        if (!_waiters.TryGetValue(name, out var stack) || !stack.Remove(waiter))
            return false;
        if (stack.Count == 0)
            _waiters.Remove(name);
        return true;
    }

    private abstract class Waiter
    {
        public abstract Type Type { get; }

        public CancellationTokenRegistration Registration { get; set; }

        public abstract void Complete(string? data);
    }

    private sealed class Waiter<T> : Waiter
    {
        private readonly TaskCompletionSource<T> _source = new();

        public override Type Type => typeof(T);

        public Task<T> Task => _source.Task;

        public void Cancel(CancellationToken token) => _source.TrySetCanceled(token);

        public override void Complete(string? data)
        {
            Registration.Unregister();
            try
            {
                _source.TrySetResult(DurableJson.Deserialize<T>(data)!);
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or NotSupportedException)
            {
                _source.TrySetException(e);
            }
        }
    }
}
