using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite.Hosting;

/// <summary>Runs orchestrators and activities that are written for <c>Microsoft.DurableTask</c>, in this process.</summary>
/// <remarks>
/// Register them, then start. Replay, retries, timers, events and continue-as-new are those of the Durable Task Framework, which runs
/// Durable Functions, too. The <see cref="Client"/> works also when the engine has not been started.
/// </remarks>
public sealed class DurableTaskEngine : IAsyncDisposable
{
    private readonly SqliteOrchestrationService _service;
    private readonly OrchestrationCatalog _orchestrations;
    private readonly ActivityCatalog _activities;
    private readonly CancellationTokenSource _stopping = new();
    private TaskHubWorker? _worker;

    /// <summary>Makes an engine; the database is opened at the first use.</summary>
    /// <param name="options">Where the state is kept, and how much is done at once.</param>
    /// <param name="converter">How payloads become text; null for System.Text.Json with its defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="loggers">Where to log; null for nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names all that are.</exception>
    public DurableTaskEngine(
        SqliteOrchestrationServiceOptions options, DataConverter? converter = null, TimeProvider? time = null,
        ILoggerFactory? loggers = null)
    {
        _service = new(options, time, loggers);
        var workerOptions = new DurableTaskWorkerOptions();
        workerOptions.DataConverter = converter ?? workerOptions.DataConverter;
        var shims = new DurableTaskShimFactory(workerOptions, loggers);
        _orchestrations = new(shims);
        _activities = new(shims, _stopping.Token);
        Client = new SqliteDurableTaskClient(_service, workerOptions.DataConverter);
    }

    /// <summary>Schedules, asks and sends; usable at once.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>
    /// Ends when the engine has stopped; fails when it cannot go on, mostly because its database can no longer be written.
    /// </summary>
    public Task Completion => _service.Completion;

    /// <summary>The service underneath, for what the client does not offer, such as histories.</summary>
    public SqliteOrchestrationService Service => _service;

    /// <summary>Makes an orchestrator known; names are compared without regard to case.</summary>
    /// <param name="inputType">The type that its input is read as.</param>
    /// <param name="run">Runs it, from the beginning at every turn.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void AddOrchestrator(string name, Type inputType, Func<TaskOrchestrationContext, object?, Task<object?>> run) =>
        _orchestrations.Add(name, inputType, run);

    /// <summary>Makes an activity known; names are compared without regard to case.</summary>
    /// <param name="inputType">The type that its input is read as.</param>
    /// <param name="run">Runs it; the token is signalled when the engine stops. An activity that then gives up runs again at the next
    /// start.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void AddActivity(string name, Type inputType, Func<TaskActivityContext, object?, CancellationToken, Task<object?>> run) =>
        _activities.Add(name, inputType, run);

    /// <summary>Opens the database, takes its lock, and goes on with all that is unfinished.</summary>
    /// <exception cref="DurableStoreException">The database cannot be used, or another process runs it.</exception>
    public async Task StartAsync()
    {
        if (_worker is not null)
        {
            throw new InvalidOperationException("The engine was started before; make a new one.");
        }

        _worker = new(_service, _orchestrations, _activities) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        _worker.AddOrchestrationDispatcherMiddleware(RunTurnAsync);
        _worker.AddActivityDispatcherMiddleware(_activities.RefuseUnknownAsync);
        await _worker.StartAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Takes no more work, signals the running activities, waits for them until <paramref name="cancellationToken"/>
    /// fires, and writes down what they returned.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _service.StopAsync(isForced: true).ConfigureAwait(false); // No activity begins after the signal.
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_worker is not null)
        {
            await _worker.StopAsync(isForced: true).ConfigureAwait(false);
        }

        await _service.CloseAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _service.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Gives a turn the time of our clock, and the code its parent. A turn that cannot be run fails its instance, as in the SDK's own
    /// worker.
    /// </summary>
    /// <remarks>The framework would try it again for ever: say, an event with a payload of another type than the code waits for.</remarks>
    private async Task RunTurnAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var state = context.GetProperty<OrchestrationRuntimeState>();
        var now = _service.Time.GetUtcNow().UtcDateTime;
        foreach (var started in state.NewEvents.OfType<OrchestratorStartedEvent>())
        {
            started.Timestamp = now;
        }

        if (context.GetProperty<TaskOrchestration>() is KnownOrchestration known && state.ParentInstance is { } parent)
        {
            known.Parent = new(parent.Name, parent.OrchestrationInstance.InstanceId);
        }

        try
        {
            await next().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (SessionAbortedException or OutOfMemoryException))
        {
            context.SetProperty(new OrchestratorExecutionResult
            {
                Actions =
                [
                    new OrchestrationCompleteOrchestratorAction
                    {
                        Id = state.PastEvents.Count,
                        OrchestrationStatus = OrchestrationStatus.Failed,
                        Result = e.Message,
                        FailureDetails = new FailureDetails(e),
                    },
                ],
            });
        }
    }
}
