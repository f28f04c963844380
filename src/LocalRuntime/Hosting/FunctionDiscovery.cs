using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Drover.LocalRuntime;

/// <summary>Finds the <c>[Function]</c> methods, and checks all of them before anything runs.</summary>
internal sealed partial class FunctionDiscovery(TriggerBindings triggers, List<string> errors)
{
    private const BindingFlags AnyMethod =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The functions that can be run; what is wrong with the others is added to the errors.</summary>
    public FunctionCatalog Find(IEnumerable<Type> types)
    {
        var methods =
            from type in types
            from method in type.GetMethods(AnyMethod)
            let attribute = method.GetCustomAttribute<FunctionAttribute>()
            where attribute is not null
            select (attribute.Name, Method: method);
        var functions = new List<Function>();
        var seen = new Dictionary<string, MethodInfo>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, method) in methods)
        {
            if (!seen.TryAdd(name, method))
            {
                Wrong(name, method, $"the name is also used by {Describe(seen[name])}");
            }
            else if (Bind(name, method) is { } function)
            {
                functions.Add(function);
            }
        }

        RouteRules.ReportDuplicates(functions, errors);
        return new FunctionCatalog(functions);
    }

    private Function? Bind(string name, MethodInfo method)
    {
        var before = errors.Count;
        void Report(string what) => Wrong(name, method, what);

        CheckMethod(name, method, Report);
        var parameters = method.GetParameters();
        var marked = parameters.Where(p => p.GetCustomAttribute<TriggerBindingAttribute>() is not null).ToList();
        if (marked.Count != 1)
        {
            Report(marked.Count == 0 ? "no parameter has a trigger attribute" : "more than one parameter has a trigger attribute");
            return null;
        }

        var trigger = triggers.Create(name, marked[0], Report);
        if (trigger is null)
        {
            return null;
        }

        var binders = parameters.Select(p => Bind(p, trigger, Report)).ToList();
        if (!trigger.MayReturn(ReturnTypes.ResultOf(method.ReturnType)))
        {
            Report($"it returns {method.ReturnType.Name}, which nobody would receive; it may return {trigger.Returns}");
        }

        return errors.Count == before ? new Function(name, method, trigger, binders!) : null;
    }

    private static void CheckMethod(string name, MethodInfo method, Action<string> report)
    {
        if (!FunctionName().IsMatch(name))
        {
            report("the name must be a letter followed by at most 127 letters, digits, '-' or '_'");
        }

        if (!method.IsPublic)
        {
            report("the method must be public");
        }

        if (method.ContainsGenericParameters || (!method.IsStatic && method.DeclaringType!.IsAbstract))
        {
            report("the method must not be generic, and its class neither generic nor abstract");
        }

        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            report("it is async void, so its end cannot be awaited; return Task");
        }
    }

    private static ParameterBinder? Bind(ParameterInfo parameter, TriggerBinding trigger, Action<string> report)
    {
        if (parameter.ParameterType.IsByRef)
        {
            report($"parameter '{parameter.Name}' is passed by reference, which cannot be bound");
            return null;
        }

        if (parameter.IsDefined(typeof(TriggerBindingAttribute)))
        {
            return trigger.BindTrigger(parameter) ?? Unbindable($"its trigger gives {trigger.Accepts}");
        }

        if (parameter.IsDefined(typeof(DurableClientAttribute)))
        {
            return CommonBinders.DurableClient(parameter) ?? Unbindable("[DurableClient] gives DurableTaskClient");
        }

        return CommonBinders.ByType(parameter) ?? trigger.BindOther(parameter)
            ?? Unbindable("neither the trigger nor the host has a value for it");

        ParameterBinder? Unbindable(string why)
        {
            report($"parameter '{parameter.Name}' of type {parameter.ParameterType.Name} cannot be bound: {why}");
            return null;
        }
    }

    private void Wrong(string name, MethodInfo method, string what) => errors.Add($"Function '{name}' ({Describe(method)}): {what}.");

    private static string Describe(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$")]
    private static partial Regex FunctionName();
}
