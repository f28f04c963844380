using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Answers the requests to one function.</summary>
internal sealed class HttpEndpoint(
    Function function, HttpBinding binding, FunctionInvoker invoker, HostKey key, IHostApplicationLifetime lifetime, ILogger logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (binding.NeedsKey && !(key.IsSet ? key.Admits(context.Request) : LoopbackRule.Admits(context.Connection)))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await invoker.RunAsync(function, context, HttpBinding.Data(context), AnswerAsync, cancellation.Token);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            TriggerLog.ClientGone(logger, function.Name, e.GetType().Name);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            // Kestrel's own refusals, such as a body that is too large, have a status that is the client's business.
            TriggerLog.BadRequest(logger, function.Name, e.StatusCode);
            context.Response.Clear();
            context.Response.StatusCode = e.StatusCode;
        }
        catch (Exception e)
        {
            Fail(context, e);
        }
    }

    private static Task AnswerAsync(Invocation invocation, object? result)
    {
        var context = (HttpContext)invocation.Trigger;
        return result switch
        {
            IResult answer => answer.ExecuteAsync(context),
            IActionResult answer => answer.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor())),
            _ => Task.CompletedTask,
        };
    }

    private void Fail(HttpContext context, Exception e)
    {
        TriggerLog.FunctionFailed(logger, e, function.Name);
        if (context.Response.HasStarted)
        {
            // The status is already sent; only a broken connection tells the client that the rest is missing.
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }
}
