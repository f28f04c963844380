using System.Text;
using System.Text.Json;
using Drover.Settings;
using Microsoft.Extensions.Configuration;

namespace Drover.Models;

/// <summary>Reads the section <c>Drover:Models</c>.</summary>
internal static class ModelSettings
{
    private const string Section = "Drover:Models";

    private static readonly ModelCatalogue Known = new();

    /// <summary>The catalogue that the settings make; what is wrong with them is added to <paramref name="faults"/>.</summary>
    public static ModelCatalogue Read(IConfiguration configuration, List<string> faults)
    {
        var section = WithJson(configuration, faults).GetSection(Section);
        var configured = new Dictionary<string, ModelEntry>(StringComparer.OrdinalIgnoreCase);
        var priced = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, members) in Models(section, faults))
        {
            if (members.Any(m => m.Key.Equals(nameof(ModelEntry.Input), StringComparison.OrdinalIgnoreCase)
                || m.Key.Equals(nameof(ModelEntry.Output), StringComparison.OrdinalIgnoreCase)))
            {
                priced.Add(name);
            }

            // What is not said of a known model stays as it is known; of another both prices must be said.
            var known = Known.Find(name);
            var entry = known is null ? new ModelEntry() : known with { };
            var path = $"{Section}:{name}";
            if (known is null)
            {
                faults.AddRange(new[] { nameof(ModelEntry.Input), nameof(ModelEntry.Output) }
                    .Where(price => !members.Any(m => m.Key.Equals(price, StringComparison.OrdinalIgnoreCase)))
                    .Select(price => $"{path}:{price} is not set; a model needs both, in US dollars per million tokens."));
            }

            SectionBinder.Bind(path, members, entry, faults);
            faults.AddRange(RuleChecker.FaultsOf(path, entry));
            configured[name] = entry;
        }

        return new ModelCatalogue(configured, priced);
    }

    // A member's name is behind the last ':', since names of models may have one themselves (llama3:8b).
    private static IEnumerable<(string Name, List<IConfigurationSection> Members)> Models(
        IConfigurationSection section, List<string> faults)
    {
        var members = new SortedDictionary<string, List<IConfigurationSection>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, value) in section.AsEnumerable(makePathsRelative: true).Where(p => p.Key.Length > 0))
        {
            var isEmpty = string.IsNullOrEmpty(value) && !section.GetSection(path).GetChildren().Any();
            var end = path.LastIndexOf(':');
            if (end < 0 && value is { Length: > 0 })
            {
                faults.Add($"{Section}:{path} is '{value}'; a model has members of its own, such as {Section}:{path}:Input.");
            }
            else if (end >= 0 ? value is not null : isEmpty)
            {
                var name = end < 0 ? path : path[..end];
                members.TryAdd(name, []);
                members[name].AddRange(end < 0 ? [] : [section.GetSection(path)]);
            }
        }

        return members.Select(m => (m.Key, m.Value.OrderBy(s => s.Key, StringComparer.OrdinalIgnoreCase).ToList()));
    }

    // App settings may have names of letters, digits and '_' alone, which few models' names are: so the list may come as one value.
    private static IConfiguration WithJson(IConfiguration configuration, List<string> faults)
    {
        if (configuration[Section] is not { Length: > 0 } json)
        {
            return configuration;
        }

        try
        {
            var wrapped = Encoding.UTF8.GetBytes($$$"""{"Drover":{"Models":{{{json}}}}}""");
            return new ConfigurationBuilder().AddConfiguration(configuration).AddJsonStream(new MemoryStream(wrapped)).Build();
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            faults.Add($$$"""{{{Section}}} is not JSON of the form {"MODEL":{"Input":2,"Output":8}}.""");
            return configuration;
        }
    }
}
