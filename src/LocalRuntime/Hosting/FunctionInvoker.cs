using Microsoft.Extensions.DependencyInjection;

namespace Drover.LocalRuntime;

/// <summary>Runs a function once: a scope of services, an object of its class, its parameters, its time-out.</summary>
internal sealed class FunctionInvoker(IServiceScopeFactory scopes, HostSettings host, TimeProvider time)
{
    public static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();

    /// <summary>Where <c>GetHttpContext</c> of the worker's ASP.NET Core extension looks.</summary>
    private const string HttpContextKey = "HttpRequestContext";

    /// <summary>Runs a function under the time-out of <c>host.json</c>.</summary>
    public async Task<object?> RunAsync(
        Function function, object trigger, IReadOnlyDictionary<string, object?> data, CancellationToken cancellation)
    {
        if (host.FunctionTimeout is not { } limit)
        {
            return await RunAsync(function, trigger, data, null, cancellation).ConfigureAwait(false);
        }

        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await RunAsync(function, trigger, data, null, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Function '{function.Name}' ran longer than functionTimeout ({limit:c}).", e);
        }
    }

    /// <summary>Runs a function without a time-out; what it returned is finished while its services still live.</summary>
    public async Task<object?> RunAsync(
        Function function,
        object trigger,
        IReadOnlyDictionary<string, object?> data,
        Func<Invocation, object?, Task>? finish,
        CancellationToken cancellation)
    {
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var invocation = new Invocation(function, trigger, data, scope.ServiceProvider, cancellation);
            if (trigger is Microsoft.AspNetCore.Http.HttpContext http)
            {
                invocation.Items[HttpContextKey] = http;
            }

            var arguments = new object?[function.Binders.Count];
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i] = await function.Binders[i](invocation).ConfigureAwait(false);
            }

            var instance = function.CreateInstance(scope.ServiceProvider);
            try
            {
                var result = await function.CallAsync(instance, arguments).ConfigureAwait(false);
                if (finish is not null)
                {
                    await finish(invocation, result).ConfigureAwait(false);
                }

                return result;
            }
            finally
            {
                await DisposeAsync(instance).ConfigureAwait(false);
                foreach (var argument in arguments.OfType<Stream>())
                {
                    await argument.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Runs an orchestrator for one turn, on the engine's thread from beginning to end.</summary>
    /// <remarks>
    /// A turn that waits is dropped by the engine, so the scope is disposed of only by an orchestrator that comes to
    /// its end: orchestrators should be static, or need singletons only.
    /// </remarks>
    public async Task<object?> RunOrchestratorAsync(Function function, OrchestrationRun run)
    {
        await using var scope = scopes.CreateAsyncScope();
        var invocation = new Invocation(function, run, NoData, scope.ServiceProvider, CancellationToken.None);
        var arguments = function.Binders.Select(bind => bind(invocation).GetAwaiter().GetResult()).ToArray();
        return await function.CallAsync(function.CreateInstance(scope.ServiceProvider), arguments);
    }

    private static async ValueTask DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable asyncDisposable)
        {
            await asyncDisposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            (instance as IDisposable)?.Dispose();
        }
    }
}
