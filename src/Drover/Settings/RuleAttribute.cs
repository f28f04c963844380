namespace Drover.Settings;

/// <summary>A rule that the value of a setting keeps.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class RuleAttribute : Attribute
{
    /// <summary>Checks a value.</summary>
    /// <returns>The faults, each with the setting's name, its value and the rule.</returns>
    public abstract IEnumerable<string> Faults(Setting setting);
}
