using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>How one function is bound to its trigger: which parameters it may have, and how they get their values.</summary>
/// <remarks>A derived class holds the trigger's checked settings; the listener of that kind of trigger reads them there.</remarks>
internal abstract class TriggerBinding
{
    /// <summary>The types that the trigger's parameter may have, for messages.</summary>
    public abstract string Accepts { get; }

    /// <summary>What the function may return, for messages.</summary>
    public virtual string Returns => "void or Task";

    /// <summary>The binder of the parameter with the trigger's attribute; null when its type does not fit.</summary>
    public abstract ParameterBinder? BindTrigger(ParameterInfo parameter);

    /// <summary>The binder of a parameter without an attribute; null when the trigger has nothing for it.</summary>
    public virtual ParameterBinder? BindOther(ParameterInfo parameter) => null;

    /// <summary>Whether the function may return this, looking through tasks.</summary>
    public virtual bool MayReturn(Type result) => result == typeof(void);
}
