using Microsoft.Extensions.Configuration;

namespace Drover.Settings;

/// <summary>Reads a section of the configuration into an object of options.</summary>
internal static class SectionBinder
{
    /// <summary>
    /// Reads one member at a time, so that a value of the wrong form is named like any other fault and the rest is still read.
    /// </summary>
    public static void Bind<T>(IConfigurationSection from, T target, List<string> faults)
        where T : class => Bind(from.Path, from.GetChildren(), target, faults);

    /// <inheritdoc cref="Bind{T}(IConfigurationSection, T, List{string})"/>
    public static void Bind<T>(string section, IEnumerable<IConfigurationSection> members, T target, List<string> faults)
        where T : class
    {
        foreach (var child in members)
        {
            var property = typeof(T).GetProperties()
                .FirstOrDefault(p => p.CanWrite && p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                faults.Add(
                    $"{section}:{child.Key} is no setting; there are {string.Join(", ", typeof(T).GetProperties().Where(p => p.CanWrite).Select(p => p.Name))}.");
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
