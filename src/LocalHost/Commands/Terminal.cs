using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>What the person at the console reads: standard error, so that standard output is data alone.</summary>
internal static class Terminal
{
    /// <summary>The console on standard error.</summary>
    public static IAnsiConsole Stderr { get; } = Create();

    /// <summary>Writes a line.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);

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
