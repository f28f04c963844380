using System.CommandLine;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>The command <c>drover</c>.</summary>
internal static class DroverCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Pushes thousands to millions of calls through an LLM or vision API: nothing lost, nothing paid twice.")
        {
            RunCommand.Create(),
            EstimateCommand.Create(),
            ModelsCommand.Create(),
            ServeCommand.Create(),
            StatusCommand.Create(),
            ResultsCommand.Create(),
            CancelCommand.Create(),
            RetryCommand.Create(),
            KeyCommand.Create(),
            ProbeCommand.Create(),
        };
        try
        {
            var parsed = root.Parse(args);
            var code = await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (CommandException e)
        {
            Console.Error.WriteLine($"drover: {e.Message}");
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"drover: unexpected: {e}");
            return ExitCodes.Unexpected;
        }
    }

    /// <summary>A line for the person at the console; standard error, so that standard output is data alone.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);

    /// <summary>The console on standard error.</summary>
    public static IAnsiConsole Stderr { get; } = Create();

    private static IAnsiConsole Create()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
            Ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = Console.IsErrorRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (Console.IsErrorRedirected)
        {
            console.Profile.Width = 200;
        }

        return console;
    }
}
