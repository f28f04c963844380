using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.LocalRuntime;

/// <summary>Gives one parameter its value in one run.</summary>
internal delegate ValueTask<object?> ParameterBinder(Invocation invocation);

/// <summary>A function that was found and checked: its method, its trigger, and a binder for each parameter.</summary>
internal sealed class Function(
    string name, MethodInfo method, TriggerBinding trigger, IReadOnlyList<ParameterBinder> binders) : FunctionDefinition
{
    private readonly ObjectFactory? _create = method.IsStatic
        ? null
        : ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes);

    public TriggerBinding Trigger => trigger;

    public IReadOnlyList<ParameterBinder> Binders => binders;

    public override string Name => name;

    /// <summary>As the Functions host names functions in receipts and poison messages.</summary>
    public override string Id => "Host.Functions." + name;

    public override string EntryPoint => $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly => method.DeclaringType!.Assembly.Location;

    public override ImmutableArray<FunctionParameter> Parameters { get; } =
        [.. method.GetParameters().Select(p => new FunctionParameter(p.Name!, p.ParameterType))];

    /// <summary>Empty: what the worker's converters would ask is answered by the binders here.</summary>
    public override IImmutableDictionary<string, BindingMetadata> InputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    /// <summary>Empty: a function of this host returns nothing but its answer.</summary>
    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    /// <summary>A new object of the function's class; null for a static method.</summary>
    public object? CreateInstance(IServiceProvider services) => _create?.Invoke(services, null);

    /// <summary>Calls the method. Continuations stay where the caller runs, as orchestrators need.</summary>
    public async Task<object?> CallAsync(object? instance, object?[] arguments)
    {
        var returned = method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null);
        if (returned is ValueTask valueTask)
        {
            await valueTask;
            return null;
        }

        if (ReturnTypes.IsTaskOfResult(method.ReturnType) && returned is not Task)
        {
            returned = method.ReturnType.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(returned, null);
        }

        if (returned is not Task task)
        {
            return returned;
        }

        await task;
        return ReturnTypes.IsTaskOfResult(method.ReturnType) ? task.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(task) : null;
    }
}
