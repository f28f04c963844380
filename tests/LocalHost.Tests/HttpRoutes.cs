using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Drover.LocalHost.Tests;

/// <summary>All HTTP routes of the function app, as the assembly has them.</summary>
internal static class HttpRoutes
{
    public static IReadOnlyList<(string Name, string Method, string Route)> All { get; } =
    [
        .. from type in typeof(Drover.Functions.FunctionServices).Assembly.GetTypes()
           from method in type.GetMethods()
           let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where name is not null && trigger is not null
           from verb in trigger.Methods!
           select (name, verb.ToUpperInvariant(), trigger.Route!),
    ];

    /// <summary>A path of a route, with a value for each of its parameters.</summary>
    public static string PathOf(string route, string value) =>
        $"/{string.Join('/', route.Split('/').Select(part => part.StartsWith('{') ? value : part))}";
}
