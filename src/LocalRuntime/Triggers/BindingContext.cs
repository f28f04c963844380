namespace Drover.LocalRuntime;

/// <summary>What a trigger knows besides its main value.</summary>
public abstract class BindingContext
{
    /// <summary>The values by name; names are not case-sensitive.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
