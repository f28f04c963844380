namespace Drover.LocalRuntime;

/// <summary>The base of the attributes that mark the parameter that starts a function. A function has exactly one.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : Attribute;
