using System.CommandLine;

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
            ErrorsCommand.Create(),
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
            Terminal.Say($"drover: {e.Message}");
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e)
        {
            Terminal.Say($"drover: unexpected: {e}");
            return ExitCodes.Unexpected;
        }
    }
}
