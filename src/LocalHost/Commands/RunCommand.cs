using System.CommandLine;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Inputs;
using Drover.Intake;
using Drover.LocalHost.Hosting;
using Drover.Outcomes;
using Drover.Recipes;
using Drover.Upstreams;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover run FILE</c>: a JSONL file, to the end. The same command again goes on where it stood.</summary>
internal static class RunCommand
{
    private const int MostRestarts = 3;

    public static Command Create()
    {
        var file =
            new Argument<FileInfo>("FILE") { Description = "JSONL: sources (id, url, title, text, priority) or OpenAI batch lines." };
        var recipe = new Option<string?>("--recipe") { Description = "What to do with sources (default: extract)." };
        var model = new Option<string?>("--model") { Description = "The model for sources that name none; 'auto': chosen for each." };
        var prefer = new Option<string?>("--prefer") { Description = "What models are chosen for: budget, speed or quality." };
        var id =
            new Option<string?>("--id")
            {
                Description = "The batch's id (default: made from the file's content, the recipe, the model and the preference).",
            };
        var output = new Option<string?>("--output") { Description = "The folder for the result files (default: beside FILE)." };
        var budget = NumberOption.Budget("The most that it may cost, in US dollars. A stopped batch goes on with a higher one.");
        var whenSpent =
            new Option<string?>("--when-spent") { Description = "Once the budget of a day or month is spent: stop, or wait for the next." };
        whenSpent.AcceptOnlyFromAmong("stop", "wait");
        var cache = new Option<bool?>("--cache") { Description = "Call the same request once, and take answers of before." };
        var repair = new Option<bool?>("--repair") { Description = "Ask once more for a reply that the recipe cannot use." };
        var takeOver =
            new Option<bool>("--take-over")
            {
                Description = "Run here what another data folder on the same storage has begun, when that one is gone for good.",
            };
        var fresh = new Option<bool>("--fresh")
        {
            Description = "Begin anew: call everything again, whatever was answered before, and replace the result files.",
        };
        var all = new Option<bool>("--all") { Description = "Go on with the other unfinished batches of the data folder meanwhile." };
        var move = MoveOption();
        var command = new Command("run", "Run a JSONL file to the end.")
        {
            file, recipe, model, prefer, id, output, budget, whenSpent, repair, cache, takeOver, move, fresh, all
        };
        var common = new CommonOptions(command, runs: true);
        command.SetAction((parsed, _) => RunAsync(
            common.Read(parsed),
            parsed.GetValue(file)!,
            new NewBatch
            {
                Id = parsed.GetValue(id),
                Recipe = parsed.GetValue(recipe),
                Model = parsed.GetValue(model),
                Prefer = parsed.GetValue(prefer),
                BudgetUsd = parsed.GetValue(budget),
                WhenSpent = parsed.GetValue(whenSpent),
                Repair = parsed.GetValue(repair),
                Cache = parsed.GetValue(cache),
                TakeOver = parsed.GetValue(takeOver),
                MoveUpstream = parsed.GetValue(move),
            },
            parsed.GetValue(output),
            parsed.GetValue(fresh),
            parsed.GetValue(all)));
        return command;
    }

    /// <summary>The option that lets a batch go on with another upstream than the one that it began with.</summary>
    public static Option<bool> MoveOption() => new("--move-upstream")
    {
        Description = "Go on here although the batch began with another API (or the simulator); its outcomes are kept.",
    };

    private static async Task<int> RunAsync(HostSetup setup, FileInfo file, NewBatch request, string? output, bool fresh, bool all)
    {
        await CheckAsync(file, output);
        var isIdOfContent = request.Id is null;
        using var interruption = new Interruption();
        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, interruption.Asked, async services =>
        {
            var prompts = services.GetRequiredService<Prompts>();
            request = request with { PromptsHash = prompts.HashOf(request.Recipe ?? RecipeCatalogue.Default) };
            request = request with
            {
                Id = await BatchOfFile.IdAsync(services, file, request, fresh, interruption.Asked),
                Carries = !fresh && isIdOfContent,
            };
            services.GetRequiredService<BatchOptions>().Only = all ? "" : request.Id;
            await SetBudgetAsync(services, request, interruption.Asked);
        });
        await OtherBatches.SayAsync(host, request.Id!, all, interruption.Asked);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Asked, host.Stopping);
        var (spec, view, isNew) = await RunAsync(host, file, request, isIdOfContent, ended.Token);
        for (var again = 0; again < MostRestarts && (await IsLostAsync(host, view) || IsOfBefore(view, isNew)); again++)
        {
            Terminal.Say(isNew
                ? "Storage has lost the batch itself (Azurite forgets its last seconds when it is killed); it is begun anew from the file."
                : "That was the end of the run before, which was killed while it stopped; the batch is looked at again.");
            (spec, view, isNew) = await RunAsync(host, file, request, isIdOfContent, ended.Token);
        }

        if (!view.HasEnded && !interruption.Asked.IsCancellationRequested)
        {
            throw host.CannotGoOn($"{host.Folder.LogFile} says more. The same command goes on when that is mended.");
        }

        if (!view.HasEnded)
        {
            Terminal.Say("Stopping: calls under way are awaited. Ctrl-C again ends at once.");
            Terminal.Say($"{view.Counts.Remaining:N0} of {view.Counts.Total:N0} items are left. The same command goes on:");
            Terminal.Say($"  drover {string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Where(a => a != "--fresh"))}");
            return ExitCodes.Interrupted;
        }

        if (view.Status is BatchStatus.Stopped or BatchStatus.Failed)
        {
            Summary.Show(view, []);
            return Summary.ExitCodeOf(view);
        }

        var files = await ResultFiles.WriteAsync(
            host.Services.GetRequiredService<OutcomeFiles>(), spec.Id, ResultFiles.StemOf(file, output), replace: fresh,
            CancellationToken.None);
        Summary.Show(view, files);
        return Summary.ExitCodeOf(view);
    }

    // What stopped it was found before this command: the budget, the key or the storage may be another now.
    private static bool IsOfBefore(BatchView view, bool isNew) => view.Status == BatchStatus.Stopped && !isNew;

    private static async Task<(BatchSpec Spec, BatchView View, bool IsNew)> RunAsync(
        DroverHost host, FileInfo file, NewBatch request, bool isIdOfContent, CancellationToken interrupted)
    {
        BatchSpec spec;
        bool isNew;
        try
        {
            spec = await TakeAsync(host, file, request, isIdOfContent, interrupted);
            Terminal.Say(
                $"Batch {spec.Id}: {Source(host)}, model {spec.Model}. Log: {Path.GetRelativePath(".", host.Folder.LogFile)}");
            await BatchOfFile.CarryAsync(host, spec, interrupted);
            isNew = await host.Services.GetRequiredService<BatchStarter>().StartAsync(
                host.Client, spec.Id, interrupted, request.TakeOver, request.MoveUpstream);
            spec = await host.Services.GetRequiredService<BatchStore>().GetAsync(spec.Id, interrupted);
        }
        catch (BatchRefusedException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }

        return (spec, await new ProgressDisplay(host).ShowAsync(spec, interrupted), isNew);
    }

    // Before anything is started.
    private static async Task CheckAsync(FileInfo file, string? output)
    {
        if (!file.Exists)
        {
            throw new CommandException(
                ExitCodes.Usage,
                Directory.Exists(file.FullName) ? $"'{file}' is a folder; it must be a JSONL file." : $"There is no file '{file}'.");
        }

        if (output is not null && File.Exists(output))
        {
            throw new CommandException(ExitCodes.Usage, $"--output is '{output}', which is a file; it must be a folder.");
        }

        try
        {
            await using var content = file.OpenRead();
            await (await InputForm.OfAsync(content, CancellationToken.None)).DisposeAsync();
        }
        catch (BatchRefusedException e)
        {
            throw new CommandException(ExitCodes.Usage, $"{file}: {e.Message}");
        }
    }

    private static string Source(DroverHost host)
    {
        var upstream = host.Services.GetRequiredService<UpstreamOptions>();
        return host.IsSimulated ? "answers from the simulator (made up)"
            : $"answers from {upstream.BaseUrl}"
                + (upstream.IsFree ? " (an address of your own: models cost nothing unless Drover:Models sets their prices, or Drover:Upstream:Free is false)" : "");
    }

    private static async Task<bool> IsLostAsync(DroverHost host, BatchView view) =>
        view.Status is BatchStatus.Stopped or BatchStatus.Failed
        && !await host.Services.GetRequiredService<BatchStore>().IsThereAsync(view.Id, CancellationToken.None);

    // A batch that was under way goes on as soon as the host starts, and must know its budget by then.
    private static async Task SetBudgetAsync(
        IServiceProvider services, NewBatch request, CancellationToken cancellationToken)
    {
        if (request.BudgetUsd is null && request.WhenSpent is null)
        {
            return;
        }

        try
        {
            if (await services.GetRequiredService<BatchStore>().IsThereAsync(request.Id!, cancellationToken))
            {
                await services.GetRequiredService<BatchIntake>().SetBudgetAsync(request.Id!, request, cancellationToken);
            }
        }
        catch (BatchRefusedException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }

    private static async Task<BatchSpec> TakeAsync(
        DroverHost host, FileInfo file, NewBatch request, bool isIdOfContent, CancellationToken cancellationToken)
    {
        await using var content = file.OpenRead();
        var store = host.Services.GetRequiredService<BatchStore>();
        await store.PrepareAsync(cancellationToken);
        var intake = host.Services.GetRequiredService<BatchIntake>();
        if (isIdOfContent && await store.IsThereAsync(request.Id!, cancellationToken))
        {
            // Its id is made from the content, so it need not be sent again; its budget is set.
            return await store.GetAsync(request.Id!, cancellationToken);
        }

        request = request with { InputName = file.Name, InputFolder = file.DirectoryName };
        request = request with { Carries = request.Carries && await BatchOfFile.HasEarlierAsync(host, request, cancellationToken) };
        return await intake.TakeAsync(request, content, cancellationToken);
    }
}
