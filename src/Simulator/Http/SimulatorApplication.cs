using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Drover.Simulator.Http;

/// <summary>Routes a request: the API below <c>/v1</c>, the simulator's own routes beside it.</summary>
internal sealed class SimulatorApplication : IHttpApplication<DefaultHttpContext>
{
    private readonly Simulation _simulation;
    private readonly Responder _responder;
    private readonly CallHandler _calls;
    private readonly ModelsHandler _models;
    private readonly AdminHandler _admin;

    public SimulatorApplication(Simulation simulation)
    {
        _simulation = simulation;
        _responder = new Responder(simulation.Stats);
        _calls = new CallHandler(simulation, _responder);
        _models = new ModelsHandler(simulation, _responder);
        _admin = new AdminHandler(simulation);
    }

    /// <summary>One context a connection, as ASP.NET Core's own host has it.</summary>
    public DefaultHttpContext CreateContext(IFeatureCollection features)
    {
        if (features is not IHostContextContainer<DefaultHttpContext> container)
        {
            return new DefaultHttpContext(features);
        }

        var http = container.HostContext ??= new DefaultHttpContext();
        http.Initialize(features);
        return http;
    }

    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();

    public async Task ProcessRequestAsync(DefaultHttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            await _admin.HandleAsync(context, path);
            return;
        }

        _simulation.Stats.OnReceived();
        if (_simulation.Options.Down)
        {
            _simulation.Stats.OnDown();
            Responder.Reset(context);
            return;
        }

        try
        {
            Authorize(context.Request);
            await RouteAsync(context, path);
        }
        catch (ApiException e)
        {
            _responder.Error(context, e.Error);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is BadHttpRequestException)
        {
            // The client went away while it was sending.
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"A fault of the simulator's own, in {context.Request.Method} {path}: {e}");
            throw;
        }
    }

    private Task RouteAsync(HttpContext http, string path)
    {
        foreach (var endpoint in Endpoint.All)
        {
            if (path == endpoint.Path && !(_simulation.Options.NoResponses && endpoint.Path == Endpoint.Responses))
            {
                return HttpMethods.IsPost(http.Request.Method)
                    ? _calls.HandleAsync(http, endpoint)
                    : throw new ApiException(ApiError.WrongMethod(http.Request.Method, path));
            }
        }

        _models.Handle(http, path);
        return Task.CompletedTask;
    }

    private void Authorize(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        var key = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        if (key.Length == 0)
        {
            throw new ApiException(ApiError.NoKey);
        }

        var keys = _simulation.Options.Keys;
        if (keys.Count > 0 && !keys.Contains(key))
        {
            throw new ApiException(ApiError.WrongKey(key));
        }
    }
}
