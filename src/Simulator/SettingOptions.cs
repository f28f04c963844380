using System.CommandLine;

namespace Drover.Simulator;

/// <summary>The options of a command that each set one of the simulator's settings.</summary>
internal sealed class SettingOptions(Command command)
{
    private readonly List<Func<ParseResult, SimulatorOptions, SimulatorOptions>> _settings = [];

    public void Add<T>(string name, string help, Func<SimulatorOptions, T, SimulatorOptions> set)
    {
        var option = new Option<T>(name) { Description = help };
        command.Options.Add(option);
        _settings.Add(
            (result, options) => result.GetResult(option) is { Implicit: false } ? set(options, result.GetValue(option)!) : options);
    }

    /// <summary>The settings as a command line has them; what it does not name is as by default.</summary>
    public SimulatorOptions Of(ParseResult result) => _settings.Aggregate(new SimulatorOptions(), (options, set) => set(result, options));
}
