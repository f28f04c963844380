using System.CommandLine;
using Drover.Access;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover key NAME</c>: makes a key for a caller; the settings get its hash alone.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Whose key it is: letters, digits and '_'." };
        var command = new Command("key", "Make a key for a caller of the HTTP API, and the setting that admits it.") { name };
        command.SetAction(parsed => Run(parsed.GetValue(name)!));
        return command;
    }

    private static int Run(string name)
    {
        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new CommandException(ExitCodes.Usage, $"NAME is '{name}'; it must be 1 to 64 letters, digits and '_'.");
        }

        var (key, hash) = CallerKeys.New();
        Console.WriteLine($"key      {key}");
        Console.WriteLine($"setting  {CallerKeys.Section.Replace(":", "__", StringComparison.Ordinal)}__{name}={hash}");
        Terminal.Say(
            "The key is shown this once: give it to the caller. The setting goes into the environment of 'drover serve', or the app settings.");
        return ExitCodes.Done;
    }
}
