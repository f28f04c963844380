using Drover.Access;
using Drover.Functions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Drover.FunctionApp;

/// <summary>Puts <see cref="StrangerGuard"/> before the functions where Core Tools run them, which ask for no key.</summary>
/// <remarks>
/// On Azure there is none: every route asks for a key there, and the platform has its own setting for the pages of others.
/// </remarks>
internal sealed class StrangerMiddleware(StrangerGuard guard, CallerKeys keys) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || !await guard.RefusesAsync(http, keys.IsSet, isForwarded: true))
        {
            await next(context);
        }
    }
}
