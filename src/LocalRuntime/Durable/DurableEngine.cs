using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs durable orchestrations and their activities in one process, with all state in one SQLite file.</summary>
public sealed class DurableEngine : IAsyncDisposable
{
    public DurableEngine(DurableEngineOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
    }

    public DurableTaskClient Client => throw new NotImplementedException();

    public void AddOrchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> run) => throw new NotImplementedException();

    public void AddActivity(string name, Func<ActivityInvocation, CancellationToken, Task<object?>> run) => throw new NotImplementedException();

    public Task StartAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task StopAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
