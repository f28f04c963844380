namespace Drover.Functions.Tests.Hosting;

/// <summary>Holds calls of an activity until the test lets them go.</summary>
internal sealed class Gate
{
    private readonly Lock _lock = new();
    private readonly List<(object? Input, TaskCompletionSource Go)> _held = [];
    private bool _isOpen;

    /// <summary>The inputs of the calls that are held.</summary>
    public IReadOnlyList<object?> Held
    {
        get
        {
            lock (_lock)
            {
                return [.. _held.Select(h => h.Input)];
            }
        }
    }

    /// <summary>Returns once so many calls are held.</summary>
    public Task HoldsAsync(int calls = 1) => OrchestratorHost.UntilAsync(() => Held.Count == calls, $"{calls} calls are held");

    /// <summary>Lets the calls go that are held, or those of them with such an input.</summary>
    public void Release(Func<object?, bool>? which = null)
    {
        List<TaskCompletionSource> go;
        lock (_lock)
        {
            go = [.. _held.Where(h => which is null || which(h.Input)).Select(h => h.Go)];
            _held.RemoveAll(h => go.Contains(h.Go));
        }

        Assert.NotEmpty(go);
        go.ForEach(g => g.SetResult());
    }

    /// <summary>Lets all calls go, and those to come.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
            _held.ForEach(h => h.Go.SetResult());
            _held.Clear();
        }
    }

    internal Task PassAsync(object? input, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_isOpen)
            {
                return Task.CompletedTask;
            }

            var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held.Add((input, go));
            return go.Task.WaitAsync(stop);
        }
    }
}
