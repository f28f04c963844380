using System.Reflection;

namespace Drover.Functions.Tests.Hosting;

/// <summary>An orchestrator as the host finds it: by its attributes.</summary>
/// <param name="Name">The name of its function.</param>
/// <param name="InputType">What its input is read as: the type of the second parameter.</param>
/// <param name="RunAsync">Its code.</param>
internal sealed record Orchestrator(string Name, Type InputType, Func<TaskOrchestrationContext, object?, Task<object?>> RunAsync)
{
    /// <summary>All orchestrators of the assembly that is deployed, by their names.</summary>
    public static IReadOnlyDictionary<string, Orchestrator> All { get; } = typeof(FunctionServices).Assembly.GetTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(m => m.GetParameters() is [var first, ..] && first.IsDefined(typeof(OrchestrationTriggerAttribute)))
        .Select(Of)
        .ToDictionary(o => o.Name);

    private static Orchestrator Of(MethodInfo method)
    {
        var name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        return method.GetParameters() switch
        {
            [_] => new(name, typeof(object), (context, _) => ResultAsync(method, [context])),
            [_, var input] => new(name, input.ParameterType, (context, given) => ResultAsync(method, [context, given])),
            _ => throw new InvalidOperationException($"The orchestrator '{name}' has other parameters than its context and its input."),
        };
    }

    // The framework's own thread goes on with the code, so nothing here may leave it.
    private static async Task<object?> ResultAsync(MethodInfo method, object?[] arguments)
    {
        var task = (Task)method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
        await task;
        return method.ReturnType.IsGenericType ? task.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(task) : null;
    }
}
