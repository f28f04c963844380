using System.Collections.Concurrent;
using DurableTask.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker.Shims;

namespace DurableTask.Sqlite.Hosting;

/// <summary>The orchestrators by name, as the framework asks for them.</summary>
internal sealed class OrchestrationCatalog(DurableTaskShimFactory shims) : INameVersionObjectManager<TaskOrchestration>
{
    private readonly ConcurrentDictionary<string, ITaskOrchestrator> _known = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string name, Type inputType, Func<TaskOrchestrationContext, object?, Task<object?>> run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_known.TryAdd(name, new Orchestrator(inputType, run)))
        {
            throw new ArgumentException($"There is already an orchestrator named '{name}'.", nameof(name));
        }
    }

    public void Add(ObjectCreator<TaskOrchestration> creator) => throw new NotSupportedException("Orchestrators are added to the engine.");

    /// <summary>Never null: the framework would try an unknown one for ever, and hold everything else up.</summary>
    public TaskOrchestration GetObject(string name, string? version) => _known.TryGetValue(name, out var orchestrator)
        ? new KnownOrchestration(shims, name, orchestrator)
        : new UnknownOrchestration($"There is no orchestrator named '{name}'. Known are: {string.Join(", ", _known.Keys.Order())}.");

    private sealed class Orchestrator(Type inputType, Func<TaskOrchestrationContext, object?, Task<object?>> run) : ITaskOrchestrator
    {
        public Type InputType => inputType;

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => run(context, input);
    }

    private sealed class UnknownOrchestration(string message) : TaskOrchestration
    {
        public override Task<string> Execute(OrchestrationContext context, string input) =>
            Task.FromException<string>(new Core.Exceptions.TaskFailedException(message)
            {
                FailureDetails = new FailureDetails("OrchestratorTaskNotFound", message, null, null, isNonRetriable: true),
            });

        public override string? GetStatus() => null;

        public override void RaiseEvent(OrchestrationContext context, string name, string input)
        {
        }
    }
}

/// <summary>One run of an orchestrator's code. Who its parent is, the framework knows only after it has asked for the code.</summary>
internal sealed class KnownOrchestration(DurableTaskShimFactory shims, string name, ITaskOrchestrator orchestrator) : TaskOrchestration
{
    private TaskOrchestration? _shim;

    public ParentOrchestrationInstance? Parent { get; set; }

    public override Task<string> Execute(OrchestrationContext context, string input)
    {
        _shim = shims.CreateOrchestration(name, orchestrator, Parent);
        return _shim.Execute(context, input);
    }

    public override string? GetStatus() => _shim?.GetStatus();

    public override void RaiseEvent(OrchestrationContext context, string name, string input) => _shim?.RaiseEvent(context, name, input);
}
