using Microsoft.AspNetCore.Builder;

namespace Drover.LocalRuntime;

/// <summary>Runs the functions of an assembly in a web application.</summary>
public static class LocalRuntimeExtensions
{
    /// <summary>Finds the functions, checks them and their settings, and registers the durable engine, its client and the triggers.</summary>
    /// <exception cref="LocalRuntimeException">Something cannot be run as it is; all that was found is listed.</exception>
    public static WebApplicationBuilder AddLocalRuntime(this WebApplicationBuilder builder, LocalRuntimeOptions options) =>
        throw new NotImplementedException();

    /// <summary>Maps the HTTP functions to their routes.</summary>
    public static WebApplication MapFunctions(this WebApplication app) => throw new NotImplementedException();
}
