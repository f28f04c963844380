using System.Globalization;

namespace Drover.Settings;

/// <summary>A number is 0 or more. One that is not set keeps the rule.</summary>
/// <param name="rule">What the setting must be, in words.</param>
internal sealed class NotNegativeAttribute(string rule) : RuleAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        if (setting.Value is not null && Convert.ToDecimal(setting.Value, CultureInfo.InvariantCulture) < 0)
        {
            yield return FormattableString.Invariant($"{setting.Path} is {setting.Value}; it must be {rule}.");
        }
    }
}
