namespace Drover.Settings;

/// <summary>A text is not empty.</summary>
/// <param name="names">What the text must name, in words.</param>
internal sealed class NotEmptyAttribute(string names) : RuleAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        if (string.IsNullOrWhiteSpace((string?)setting.Value))
        {
            yield return $"{setting.Path} is empty; it must name {names}.";
        }
    }
}
