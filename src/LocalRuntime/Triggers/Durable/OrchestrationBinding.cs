using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>An orchestrator: its context, and its input if a further parameter asks for it.</summary>
internal sealed class OrchestrationBinding(string orchestration) : TriggerBinding
{
    private ParameterInfo? _input;

    public string Orchestration => orchestration;

    /// <summary>What the input is read as.</summary>
    public Type InputType => _input?.ParameterType ?? typeof(object);

    public override string Accepts => nameof(TaskOrchestrationContext);

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TaskOrchestrationContext) ? invocation =>
            new(((OrchestrationRun)invocation.Trigger).Context) : null;

    /// <summary>The first parameter that nothing else binds is the input; there is only one.</summary>
    public override ParameterBinder? BindOther(ParameterInfo parameter)
    {
        if (_input is not null || !BindingData.IsJson(parameter.ParameterType))
        {
            return null;
        }

        _input = parameter;
        return invocation => new(((OrchestrationRun)invocation.Trigger).Input);
    }

    public override bool MayReturn(Type result) => true;
}
