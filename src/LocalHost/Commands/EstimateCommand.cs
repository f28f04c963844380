using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Drover.Batches;
using Drover.Estimates;
using Drover.Functions.Http;
using Drover.Intake;
using Drover.LocalHost.Hosting;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover estimate FILE</c>: items, tokens, cost and time of a run, without calling anything.</summary>
internal static class EstimateCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "JSONL: sources or OpenAI batch lines." };
        var recipe = new Option<string?>("--recipe") { Description = "What to do with sources (default: extract)." };
        var model = new Option<string?>("--model") { Description = "The model for sources that name none; 'auto': chosen for each." };
        var prefer = new Option<string?>("--prefer") { Description = "What models are chosen for: budget, speed or quality." };
        var budget = NumberOption.Budget("The batch's budget in US dollars: will it do?");
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command(
            "estimate", "Say what a run would take, without calling anything.") { file, recipe, model, prefer, budget, json };
        var common = new CommonOptions(command, runs: true);
        command.SetAction((parsed, cancellation) => RunAsync(
            common.Read(parsed),
            parsed.GetValue(file)!,
            new NewBatch
            {
                Recipe = parsed.GetValue(recipe),
                Model = parsed.GetValue(model),
                Prefer = parsed.GetValue(prefer),
                BudgetUsd = parsed.GetValue(budget),
            },
            parsed.GetValue(json),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        HostSetup setup, FileInfo file, NewBatch request, bool json, CancellationToken cancellationToken)
    {
        await using var services = OfflineServices.Create(setup);
        try
        {
            await using var content = Open(file);
            var estimate = await services.GetRequiredService<Estimator>().EstimateAsync(request, content, cancellationToken);
            if (json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(estimate, ApiJson.Readable.Estimate));
            }
            else
            {
                Show(estimate);
            }

            return ExitCodes.Done;
        }
        catch (BatchRefusedException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }

    /// <summary>Opens the input.</summary>
    /// <exception cref="CommandException">There is no such file.</exception>
    public static FileStream Open(FileInfo file) => file.Exists
        ? file.OpenRead()
        : throw new CommandException(
            ExitCodes.Usage,
            Directory.Exists(file.FullName) ? $"'{file}' is a folder; it must be a JSONL file." : $"There is no file '{file}'.");

    private static void Show(Estimate estimate)
    {
        var table = Tables.Create("model", "items", "input tokens", "output tokens", "at most", "cost", "at most");
        foreach (var model in estimate.Models.Count > 1 ? estimate.Models.Append(estimate.Total) : estimate.Models)
        {
            table.AddRow(
                Markup.Escape(model.Model.Length > 0 ? model.Model : "(none named)"), Tables.Number(model.Items),
                Tables.Number(model.InputTokens),
                Tables.Number(model.OutputTokens), Tables.Number(model.MostOutputTokens), Tables.Dollars(model.CostUsd),
                Tables.Dollars(model.MostCostUsd));
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(
            $"{Tables.Number(estimate.Items)} items; about {Time(estimate.Time.Seconds)}, which {Binding(estimate.Time.Binding)} sets.");
        Console.Out.WriteLine(estimate.TokenCount == "sampled"
            ? "Input tokens are counted in a sample of the items, since there are so many, and scaled."
            : "Input tokens are counted, those of all items.");
        foreach (var budget in estimate.Budgets)
        {
            Console.Out.WriteLine($"Budget of the {budget.Scope}, {Tables.Dollars(budget.LimitUsd)}: {Verdict(budget.Verdict)}");
        }

        if (estimate.UnpricedItems > 0)
        {
            Console.Out.WriteLine(
                $"{Tables.Number(estimate.UnpricedItems)} items name no model or one without a price: what they cost is not known, and not in the sum.");
        }

        if (estimate.BadLines > 0)
        {
            Console.Out.WriteLine(
                $"{Tables.Number(estimate.BadLines)} lines are errors{(estimate.BadLines > estimate.FirstBadLines.Count ? ", the first of them" : "")}:");
            foreach (var line in estimate.FirstBadLines)
            {
                Console.Out.WriteLine($"  line {line.Line}: {line.Message}");
            }
        }
    }

    private static string Time(double seconds) => seconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s")
        : TimeSpan.FromSeconds(Math.Round(seconds))
        .ToString(seconds < 86_400 ? @"hh\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Binding(string name) => name switch
    {
        "requests" => "the limit of requests a minute",
        "tokens" => "the limit of tokens a minute",
        "spacing" => "the spacing between calls",
        _ => "the concurrency",
    };

    private static string Verdict(string verdict) => verdict switch
    {
        "enough" => "enough in any case.",
        "likely" => "enough for what is expected, not for the most.",
        _ => "not enough.",
    };
}
