using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drover.Simulator.Http;

/// <summary>Changes some of the settings by their JSON names.</summary>
internal static class OptionsPatch
{
    private static readonly string[] Fixed = ["port", "keepNames", "record"];

    /// <exception cref="ArgumentException">A name is unknown or cannot be changed.</exception>
    public static SimulatorOptions Apply(SimulatorOptions options, JsonObject patch)
    {
        var members = JsonSerializer.SerializeToNode(options, AdminJson.Default.SimulatorOptions)!.AsObject();
        var wrong = patch.Where(pair => Fixed.Contains(pair.Key) || !members.ContainsKey(pair.Key)).Select(pair => pair.Key).ToList();
        if (wrong.Count > 0)
        {
            throw new ArgumentException(
                $"{string.Join(", ", wrong)}: no setting that can be changed. These can: {string.Join(", ", members.Select(pair => pair.Key).Where(name => !Fixed.Contains(name)))}.");
        }

        foreach (var (name, value) in patch)
        {
            members[name] = value?.DeepClone();
        }

        return members.Deserialize(AdminJson.Default.SimulatorOptions)! with { TimeProvider = options.TimeProvider };
    }
}
