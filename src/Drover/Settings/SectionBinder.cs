using Microsoft.Extensions.Configuration;

namespace Drover.Settings;

/// <summary>Reads a section of the configuration into an object of options.</summary>
internal static class SectionBinder
{
    /// <summary>
    /// Reads one member at a time, so that a value of the wrong form is named like any other fault and the rest is still read.
    /// </summary>
    public static void Bind(IConfigurationSection from, object target, List<string> faults) =>
        Bind(from.Path, from.GetChildren(), target, faults);

    /// <inheritdoc cref="Bind(IConfigurationSection, object, List{string})"/>
    public static void Bind(string section, IEnumerable<IConfigurationSection> members, object target, List<string> faults)
    {
        var properties = target.GetType().GetProperties().Where(p => p.CanWrite).ToList();
        foreach (var child in members)
        {
            var property = properties.Find(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                faults.Add(
                    $"{section}:{child.Key} is no setting; there are {string.Join(", ", properties.Select(p => p.Name))}.");
                continue;
            }

            if (child.Value is null && !child.GetChildren().Any())
            {
                continue; // A null in JSON: not set.
            }

            try
            {
                property.SetValue(target, child.Get(property.PropertyType));
            }
            catch (InvalidOperationException)
            {
                faults.Add($"{section}:{property.Name} is '{child.Value}'; it must be {Describe(property.PropertyType)}.");
            }
        }
    }

    private static string Describe(Type type) =>
        Nullable.GetUnderlyingType(type) is { } given ? Describe(given)
        : type == typeof(TimeSpan) ? "a time written as hh:mm:ss"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(decimal) ? "a number"
        : type == typeof(bool) ? "true or false"
        : type.IsEnum ? string.Join(" or ", Enum.GetNames(type)).ToLowerInvariant()
        : $"a {type.Name}";
}
