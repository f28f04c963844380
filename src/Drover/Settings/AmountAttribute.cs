namespace Drover.Settings;

/// <summary>An amount of money is more than 0. One that is not set means that there is no limit.</summary>
internal sealed class AmountAttribute : RuleAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        if (setting.Value is decimal value and <= 0)
        {
            yield return FormattableString.Invariant(
                $"{setting.Path} is {value}; it must be more than 0 US dollars, or not set for no limit.");
        }
    }
}
