using System.Reflection;

namespace Drover.Settings;

/// <summary>Checks the rules of options and names all faults at once, in the order in which the properties are declared.</summary>
internal static class RuleChecker
{
    /// <summary>Checks a section.</summary>
    public static IEnumerable<string> Faults(this IOptionsSection options) =>
        FaultsOf(options.Section, options).Concat(options.FaultsBetween());

    /// <summary>Checks an object that does not know itself what its section is called.</summary>
    public static IEnumerable<string> FaultsOf(string section, object options) =>
        from property in options.GetType().GetProperties().OrderBy(p => p.MetadataToken)
        from rule in property.GetCustomAttributes<RuleAttribute>()
        from fault in rule.Faults(new Setting(section, property.Name, property.GetValue(options), options))
        select fault;
}
