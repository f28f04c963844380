using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.LocalRuntime;

/// <summary>What every function may have, whatever its trigger.</summary>
internal static class CommonBinders
{
    /// <summary>The context or the cancellation token; null when the parameter is neither.</summary>
    public static ParameterBinder? ByType(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(FunctionContext) ? invocation => new(invocation)
        : parameter.ParameterType == typeof(CancellationToken) ? invocation => new(invocation.CancellationToken)
        : null;

    public static ParameterBinder? DurableClient(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(DurableTaskClient)
            ? invocation => new(invocation.InstanceServices.GetRequiredService<DurableTaskClient>())
            : null;
}
