using System.CommandLine;
using Drover.LocalHost.Hosting;

namespace Drover.LocalHost.Commands;

/// <summary>The options that several commands have.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string> _data =
        new("--data") { Description = "The folder for Drover's data on this machine.", DefaultValueFactory = _ => ".drover" };
    private readonly Option<string?> _baseUrl =
        new("--base-url") { Description = "The OpenAI-compatible API, such as https://api.openai.com/v1. The key comes from OPENAI_API_KEY or Drover__Upstream__ApiKey." };
    private readonly Option<int?> _concurrency = NumberOption.Create<int>(
        "--concurrency", "The most calls at once.", "a whole number, 1 or more", least: 1);
    private readonly Option<int?> _rpm =
        NumberOption.Create<int>(
            "--rpm", "The requests per minute that the API allows; 0 is no limit.", "a whole number, 0 or more", least: 0);
    private readonly Option<long?> _tpm =
        NumberOption.Create<long>(
            "--tpm", "The tokens per minute that the API allows; 0 is no limit.", "a whole number, 0 or more", least: 0);
    private readonly Option<int?> _maxOutputTokens = NumberOption.Create<int>(
        "--max-output-tokens", "The most tokens of a reply that a recipe asks for, reasoning included.", "a whole number, 16 or more",
        least: 16);
    private readonly Option<bool> _simulator = new("--simulator") { Description = "Take answers from the simulator." };

    /// <summary>Adds them to a command.</summary>
    /// <param name="runs">Whether it runs batches.</param>
    public CommonOptions(Command command, bool runs)
    {
        command.Options.Add(_data);
        if (runs)
        {
            command.Options.Add(_baseUrl);
            command.Options.Add(_concurrency);
            command.Options.Add(_rpm);
            command.Options.Add(_tpm);
            command.Options.Add(_maxOutputTokens);
            command.Options.Add(_simulator);
        }
    }

    public HostSetup Read(ParseResult parsed) => new()
    {
        DataPath = parsed.GetValue(_data)!,
        BaseUrl = parsed.GetValue(_baseUrl),
        Concurrency = parsed.GetValue(_concurrency),
        RequestsPerMinute = parsed.GetValue(_rpm),
        TokensPerMinute = parsed.GetValue(_tpm),
        MaxOutputTokens = parsed.GetValue(_maxOutputTokens),
        Simulator = parsed.GetValue(_simulator),
    };
}
