using System.CommandLine;
using System.Net;
using Drover.LocalHost.Hosting;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover serve</c>: the HTTP API, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serve the HTTP API on this machine.");
        var port = NumberOption.Create<int>(
            "--port", "The port; 0 is any free one.", "from 0 (any free one) to 65535", least: 0, most: 65535, fallback: 7071);
        command.Options.Add(port);
        var page = new Option<string?>("--page") { Description = "A folder of static files to serve at /, such as samples/browser." };
        command.Options.Add(page);
        var listen = new Option<string>("--listen")
        {
            Description = "The address to listen on. Any but this machine's own needs keys for callers ('drover key') or a host key.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        command.Options.Add(listen);
        var common = new CommonOptions(command, runs: true);
        command.SetAction((parsed, _) => RunAsync(
            common.Read(parsed) with
            {
                Port = parsed.GetValue(port)!.Value,
                Listen = Address(parsed.GetValue(listen)!),
                PagePath = parsed.GetValue(page),
                LogToConsole = true,
            }));
        return command;
    }

    private static IPAddress Address(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw new CommandException(
            ExitCodes.Usage, $"--listen is '{text}'; it must be an IP address such as 127.0.0.1, or 0.0.0.0 for all.");

    private static async Task<int> RunAsync(HostSetup setup)
    {
        if (setup.PagePath is not null && !Directory.Exists(setup.PagePath))
        {
            throw new CommandException(ExitCodes.Usage, $"--page is '{setup.PagePath}'; it must be a folder.");
        }

        using var interruption = new Interruption(
            () => Terminal.Say("Stopping: calls under way are awaited. Ctrl-C again ends at once."));
        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, interruption.Asked);
        Terminal.Say($"Drover listens on {host.Address} (data in {host.Folder.Path}). Ctrl-C stops.");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Asked, host.Stopping);
        await Task.Delay(Timeout.Infinite, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return interruption.Asked.IsCancellationRequested
            ? ExitCodes.Done
            : throw host.CannotGoOn("The log above says more. What is under way goes on when 'drover serve' is given again.");
    }
}
