namespace Drover.Settings;

/// <summary>The options of one section of the configuration. The rules of a setting stand as attributes on its property.</summary>
internal interface IOptionsSection
{
    /// <summary>Where the section lies, such as <c>Drover:Batches</c>.</summary>
    string Section { get; }

    /// <summary>Checks the rules that concern more than one setting.</summary>
    /// <returns>The faults, each with the setting's name, its value and the rule.</returns>
    IEnumerable<string> FaultsBetween() => [];
}
