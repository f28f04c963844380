using System.Globalization;

namespace Drover.Settings;

/// <summary>A number lies between two others. One that is not set keeps the rule.</summary>
internal sealed class BetweenAttribute(long least, long most) : RuleAttribute
{
    /// <summary>Whether 0 is allowed as well; it usually switches something off.</summary>
    public bool OrZero { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        if (setting.Value is null)
        {
            yield break;
        }

        var value = Convert.ToInt64(setting.Value, CultureInfo.InvariantCulture);
        if ((value < least || value > most) && !(OrZero && value == 0))
        {
            yield return FormattableString.Invariant(
                $"{setting.Path} is {value}; it must be from {least:N0} to {most:N0}{(OrZero ? ", or 0" : "")}.");
        }
    }
}
