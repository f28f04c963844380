using System.CommandLine;
using Drover.Batches;
using Drover.LocalHost.Hosting;
using Drover.Outcomes;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover results ID</c>: the results (or errors) so far, as JSONL on standard output.</summary>
internal static class ResultsCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The batch." };
        var errors = new Option<bool>("--errors") { Description = "The errors instead." };
        var command = new Command("results", "Write a batch's results so far to standard output.") { id, errors };
        var common = new CommonOptions(command, runs: false);
        command.SetAction((parsed, cancellation) => RunAsync(
            common.Read(parsed) with { RunTriggers = false }, parsed.GetValue(id)!, parsed.GetValue(errors), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(HostSetup setup, string id, bool errors, CancellationToken cancellationToken)
    {
        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, cancellationToken);
        if (!BatchSpec.IsId(id) || await host.Services.GetRequiredService<BatchStore>().FindAsync(id, cancellationToken) is null)
        {
            throw StatusCommand.NoSuchBatch(id);
        }

        var files = host.Services.GetRequiredService<OutcomeFiles>();
        await using var output = Console.OpenStandardOutput();
        await (errors ? files.CopyErrorsAsync(id, output, cancellationToken) : files.CopyResultsAsync(id, output, cancellationToken));
        return ExitCodes.Done;
    }
}
