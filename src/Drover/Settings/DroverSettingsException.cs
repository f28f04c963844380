namespace Drover.Settings;

/// <summary>Settings break their rules.</summary>
public sealed class DroverSettingsException(IReadOnlyList<string> faults)
    : Exception($"The settings are not usable:{string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}"))}")
{
    /// <summary>Every rule that is broken: the setting, its value and the rule.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
