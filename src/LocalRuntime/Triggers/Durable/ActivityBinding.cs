using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>An activity: its input, in any type that JSON can become.</summary>
internal sealed class ActivityBinding(string activity) : TriggerBinding
{
    public string Activity => activity;

    /// <summary>What the input is read as.</summary>
    public Type InputType { get; private set; } = typeof(object);

    public override string Accepts => "a type that can be read from JSON, or FunctionContext";

    public override ParameterBinder? BindTrigger(ParameterInfo parameter)
    {
        if (CommonBinders.ByType(parameter) is { } common)
        {
            return common;
        }

        if (!BindingData.IsJson(parameter.ParameterType))
        {
            return null;
        }

        InputType = parameter.ParameterType;
        return invocation => new(((ActivityRun)invocation.Trigger).Input);
    }

    /// <summary>The worker knows the instance by this name.</summary>
    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        parameter.Name == "instanceId" && parameter.ParameterType == typeof(string)
            ? invocation => new(((ActivityRun)invocation.Trigger).Context.InstanceId)
            : null;

    public override bool MayReturn(Type result) => true;
}
