using System.Collections.Concurrent;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker.Shims;

namespace DurableTask.Sqlite.Hosting;

/// <summary>The activities by name, as the framework asks for them.</summary>
internal sealed class ActivityCatalog(DurableTaskShimFactory shims, CancellationToken stopping) : INameVersionObjectManager<TaskActivity>
{
    private readonly ConcurrentDictionary<string, TaskActivity> _known = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string name, Type inputType, Func<TaskActivityContext, object?, CancellationToken, Task<object?>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_known.TryAdd(name, shims.CreateActivity(name, new Activity(inputType, run, stopping))))
        {
            throw new ArgumentException($"There is already an activity named '{name}'.", nameof(name));
        }
    }

    public void Add(ObjectCreator<TaskActivity> creator) => throw new NotSupportedException("Activities are added to the engine.");

    public TaskActivity? GetObject(string name, string? version) => _known.GetValueOrDefault(name);

    /// <summary>An unknown activity fails at once, and is not tried again.</summary>
    public Task RefuseUnknownAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var scheduled = context.GetProperty<TaskScheduledEvent>();
        if (_known.ContainsKey(scheduled.Name!))
        {
            return next();
        }

        var message = $"There is no activity named '{scheduled.Name}'. Known are: {string.Join(", ", _known.Keys.Order())}.";
        var failure = new FailureDetails("ActivityTaskNotFound", message, null, null, isNonRetriable: true);
        context.SetProperty(
            new ActivityExecutionResult { ResponseEvent = new TaskFailedEvent(-1, scheduled.EventId, message, null, failure) });
        return Task.CompletedTask;
    }

    private sealed class Activity(
        Type inputType, Func<TaskActivityContext, object?, CancellationToken, Task<object?>> run, CancellationToken stopping)
        : ITaskActivity
    {
        public Type InputType => inputType;

        public Type OutputType => typeof(object);

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            try
            {
                return await run(context, input, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (stopping.IsCancellationRequested)
            {
                throw new SessionAbortedException("The engine stops; the activity runs again at the next start.", e);
            }
        }
    }
}
