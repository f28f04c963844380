using System.CommandLine;
using Drover.Functions.Batches;
using Drover.LocalHost.Hosting;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover cancel ID</c>: ends a batch for good; also while another process runs it.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The batch." };
        var command = new Command("cancel", "End a batch for good; items that have no outcome are closed as cancelled.") { id };
        var common = new CommonOptions(command, runs: false);
        command.SetAction(
            (parsed, cancellation) => RunAsync(common.Read(parsed) with { RunTriggers = false }, parsed.GetValue(id)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(HostSetup setup, string id, CancellationToken cancellationToken)
    {
        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, cancellationToken);
        var canceller = host.Services.GetRequiredService<BatchCanceller>();
        var (view, refusal) = await canceller.CancelAsync(host.Client, id, cancellationToken);
        if (view is null || refusal is not null)
        {
            throw refusal is null ? StatusCommand.NoSuchBatch(id) : new CommandException(ExitCodes.Usage, refusal);
        }

        Terminal.Say(host.Folder.IsOurs
            ? $"{id}: {view.Status}; the next 'drover run' or 'drover serve' closes it."
            : $"{id}: {view.Status}.");
        return ExitCodes.Done;
    }
}
