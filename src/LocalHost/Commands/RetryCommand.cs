using System.CommandLine;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.LocalHost.Hosting;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover retry ID</c>: what failed in a batch that has ended, once more.</summary>
internal static class RetryCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The batch." };
        var code =
            new Option<string[]>("--code")
            {
                Description = "Only what failed with this code: of the error, of the API's own error, or an HTTP status. May be repeated.",
            };
        var move = RunCommand.MoveOption();
        var command = new Command(
            "retry", "Run what failed in a batch that has ended again; results are kept and not paid again.") { id, code, move };
        var common = new CommonOptions(command, runs: true);
        command.SetAction((parsed, _) => RunAsync(
            common.Read(parsed), parsed.GetValue(id)!, parsed.GetValue(code) ?? [],
            parsed.GetValue(move)));
        return command;
    }

    private static async Task<int> RunAsync(HostSetup setup, string id, string[] codes, bool move)
    {
        using var interruption = new Interruption();
        await using (var looking = await DroverHost.StartAsync(setup with { RunTriggers = false }, Terminal.Say, interruption.Asked))
        {
            var (view, refusal) = await looking.Services.GetRequiredService<BatchRetrier>()
                .RetryAsync(looking.Client, id, codes, interruption.Asked, move);
            if (view is { HasEnded: false } && refusal is not null && looking.Folder.IsOurs)
            {
                refusal = await GoOnAsync(looking, id, move, interruption.Asked);
            }

            if (view is null || refusal is not null)
            {
                throw refusal is null ? StatusCommand.NoSuchBatch(id) : new CommandException(ExitCodes.Usage, refusal);
            }

            if (view.HasEnded || !looking.Folder.IsOurs)
            {
                Terminal.Say(
                    view.HasEnded
                        ? $"{id}: {view.Status}; nothing failed that could be run again."
                        : $"{id}: {view.Status}; the drover that uses the data folder runs it.");
                return ExitCodes.Done;
            }
        }

        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, interruption.Asked, services =>
        {
            services.GetRequiredService<BatchOptions>().Only = id;
            return Task.CompletedTask;
        });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Asked, host.Stopping);
        var spec = await host.Services.GetRequiredService<BatchStore>().GetAsync(id, ended.Token);
        var last = await new ProgressDisplay(host).ShowAsync(spec, ended.Token);
        if (!last.HasEnded && !interruption.Asked.IsCancellationRequested)
        {
            throw host.CannotGoOn($"{host.Folder.LogFile} says more. 'drover run' or 'drover serve' goes on with it when that is mended.");
        }

        if (!last.HasEnded)
        {
            Terminal.Say("Stopping: calls under way are awaited. 'drover run' or 'drover serve' goes on with it.");
            return ExitCodes.Interrupted;
        }

        Summary.Show(last, []);
        Terminal.Say($"The results: drover results {id}; the errors: drover results {id} --errors.");
        return Summary.ExitCodeOf(last);
    }

    // The process that ran it was killed, perhaps in the middle of a retry.
    private static async Task<string?> GoOnAsync(DroverHost host, string id, bool move, CancellationToken cancellationToken)
    {
        try
        {
            await host.Services.GetRequiredService<BatchStarter>().StartAsync(
                host.Client, id, cancellationToken, moveUpstream: move);
            Terminal.Say($"{id} has not ended yet: it goes on where it stood, and 'drover retry' may then be given again.");
            return null;
        }
        catch (BatchRefusedException e)
        {
            return e.Message;
        }
    }
}
