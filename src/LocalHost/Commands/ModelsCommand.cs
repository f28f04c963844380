using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Drover.Batches;
using Drover.Estimates;
using Drover.Functions.Http;
using Drover.Functions.Models;
using Drover.Intake;
using Drover.LocalHost.Hosting;
using Drover.Models;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover models [FILE]</c>: the catalogue, and what a file would cost under each model.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var file =
            new Argument<FileInfo?>("FILE")
            {
                Description = "JSONL: what it would cost under each model.",
                Arity = ArgumentArity.ZeroOrOne
            };
        var recipe = new Option<string?>("--recipe") { Description = "What to do with sources (default: extract)." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var simulator = new Option<bool>("--simulator") { Description = "The models of the simulator are listed." };
        var command = new Command(
            "models", "Show the models that are known, and what a file would cost under each.") { file, recipe, json, simulator };
        command.SetAction((parsed, cancellation) => RunAsync(
            new HostSetup { Simulator = parsed.GetValue(simulator) }, parsed.GetValue(file), parsed.GetValue(recipe), parsed.GetValue(json),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(HostSetup setup, FileInfo? file, string? recipe, bool json, CancellationToken cancellationToken)
    {
        await using var services = OfflineServices.Create(setup);
        var models = services.GetRequiredService<ModelCatalogue>();
        var views = ModelView.Of(models, file is null ? null : await CompareAsync(services, file, recipe, models, cancellationToken));
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new ModelList(views), ApiJson.Readable.ModelList));
        }
        else
        {
            Show(views, file is not null);
        }

        return ExitCodes.Done;
    }

    private static async Task<IReadOnlyDictionary<string, ModelEstimate>> CompareAsync(
        ServiceProvider services, FileInfo file, string? recipe, ModelCatalogue models, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = EstimateCommand.Open(file);
            var able = models.Entries.Where(e => e.Value.MaxOutputTokens > 0).Select(e => e.Key);
            return await services.GetRequiredService<Estimator>()
                .CompareAsync(new NewBatch { Recipe = recipe }, content, able, cancellationToken);
        }
        catch (BatchRefusedException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }

    private static void Show(IReadOnlyList<ModelView> views, bool hasFile)
    {
        string[] headings =
            [
                "model", "input $/M", "output $/M", "cached $/M", "latency ms", "quality", "context", "vision", "quality/$", "latency/$",
                "listed"
            ];
        var table = Tables.Create(hasFile ? [.. headings, "file", "at most"] : headings);
        foreach (var view in views)
        {
            string[] cells =
            [
                Markup.Escape(view.Model), Price(view.Input), Price(view.Output), view.CachedInput is { } cached ? Price(cached) : "–",
                Tables.Number(view.LatencyMs), Tables.Number(view.Quality), Tables.Number(view.ContextTokens), view.Vision ? "yes" : "no",
                Tables.Number(view.QualityPerDollar), Tables.Number(view.LatencyPerDollar), view.IsListed ? "yes" : "no",
            ];
            var cost = view.File is { } file ? new[] { Tables.Dollars(file.CostUsd), Tables.Dollars(file.MostCostUsd) } : ["–", "–"];
            table.AddRow(hasFile ? [.. cells, .. cost] : cells);
        }

        AnsiConsole.Write(table);
        Console.Out.WriteLine(
            "A dollar is that of a thousand calls of 1,000 + 250 tokens. 'auto' chooses among the listed ones (Drover:Models).");
    }

    private static string Price(decimal price) => price.ToString("0.00##", CultureInfo.InvariantCulture);
}
