namespace Drover.LocalRuntime;

/// <summary>Makes a public method a function, under the name that URLs, orchestrations and logs use.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    /// <summary>The function's name: a letter, then letters, digits, <c>-</c> and <c>_</c>; unique in its assembly, whatever the case.</summary>
    public string Name { get; } = name;
}
