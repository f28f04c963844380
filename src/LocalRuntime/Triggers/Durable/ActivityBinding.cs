using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>An activity: its input, in any type that JSON can become.</summary>
internal sealed class ActivityBinding(string activity) : TriggerBinding
{
    private static readonly MethodInfo Read =
        typeof(ActivityBinding).GetMethod(nameof(ReadInput), BindingFlags.NonPublic | BindingFlags.Static)!;

    public string Activity => activity;

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

        var read = Read.MakeGenericMethod(parameter.ParameterType).CreateDelegate<Func<string?, object?>>();
        return invocation => new(read(((ActivityInvocation)invocation.Trigger).Input));
    }

    /// <summary>The worker knows the instance by this name.</summary>
    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        parameter.Name == "instanceId" && parameter.ParameterType == typeof(string)
            ? invocation => new(((ActivityInvocation)invocation.Trigger).InstanceId)
            : null;

    public override bool MayReturn(Type result) => true;

    private static object? ReadInput<T>(string? json) => DurableJson.Deserialize<T>(json);
}
