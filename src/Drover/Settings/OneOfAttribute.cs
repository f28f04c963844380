namespace Drover.Settings;

/// <summary>A text is one of some words.</summary>
internal sealed class OneOfAttribute(params string[] words) : RuleAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        if (!words.Contains(setting.Value))
        {
            yield return $"{setting.Path} is '{setting.Value}'; it must be {string.Join(", ", words[..^1])} or {words[^1]}.";
        }
    }
}
