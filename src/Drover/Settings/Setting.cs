namespace Drover.Settings;

/// <summary>A setting with its value, as a rule checks it.</summary>
/// <param name="Options">The object that the setting belongs to, for rules that look at its neighbours.</param>
internal readonly record struct Setting(string Section, string Name, object? Value, object Options)
{
    /// <summary>The name that the user gives the setting.</summary>
    public string Path => $"{Section}:{Name}";

    /// <summary>Reads another setting of the same section.</summary>
    public object? Neighbour(string name) => Options.GetType().GetProperty(name)!.GetValue(Options);
}
