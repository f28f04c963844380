namespace Drover.LocalRuntime;

/// <summary>The functions of this host.</summary>
internal sealed record FunctionCatalog(IReadOnlyList<Function> Functions)
{
    /// <summary>The functions of one kind of trigger, each with its binding.</summary>
    public IEnumerable<(Function Function, TBinding Binding)> With<TBinding>()
        where TBinding : TriggerBinding =>
        from function in Functions
        where function.Trigger is TBinding
        select (function, (TBinding)function.Trigger);
}
