using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>An orchestrator: its context, and its input if a further parameter asks for it.</summary>
internal sealed class OrchestrationBinding(string orchestration) : TriggerBinding
{
    private static readonly MethodInfo Read =
        typeof(OrchestrationBinding).GetMethod(nameof(ReadInput), BindingFlags.NonPublic | BindingFlags.Static)!;

    private ParameterInfo? _input;

    public string Orchestration => orchestration;

    public override string Accepts => nameof(TaskOrchestrationContext);

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TaskOrchestrationContext) ? invocation => new(invocation.Trigger) : null;

    /// <summary>The first parameter that nothing else binds is the input; there is only one.</summary>
    public override ParameterBinder? BindOther(ParameterInfo parameter)
    {
        if (_input is not null || !BindingData.IsJson(parameter.ParameterType))
        {
            return null;
        }

        _input = parameter;
        var read = Read.MakeGenericMethod(parameter.ParameterType).CreateDelegate<Func<TaskOrchestrationContext, object?>>();
        return invocation => new(read((TaskOrchestrationContext)invocation.Trigger));
    }

    public override bool MayReturn(Type result) => true;

    private static object? ReadInput<T>(TaskOrchestrationContext context) => context.GetInput<T>();
}
