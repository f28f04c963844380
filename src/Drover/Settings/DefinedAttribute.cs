namespace Drover.Settings;

/// <summary>A value of an enumeration has a name. Configuration accepts any number for one.</summary>
/// <param name="rule">What is said of a number without a name; null lists the names there are.</param>
internal sealed class DefinedAttribute(string? rule = null) : RuleAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        var type = setting.Value!.GetType();
        if (!Enum.IsDefined(type, setting.Value))
        {
            yield return $"{setting.Path} is {setting.Value}; {rule ?? $"there are {string.Join(", ", Enum.GetNames(type))}"}.";
        }
    }
}
