namespace Drover.LocalRuntime;

/// <summary>Makes the function an activity: the parameter receives the activity's input, or is the <see cref="FunctionContext"/>.</summary>
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The activity's name; the function's name if not set.</summary>
    public string? Activity { get; set; }
}
