using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Functions.Http;
using Drover.LocalHost.Hosting;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover status [ID]</c>: how the batches stand, or one of them; also while another process runs them.</summary>
internal static class StatusCommand
{
    private const int MostListed = 20;

    public static Command Create()
    {
        var id = new Argument<string?>("ID") { Description = "A batch; without it, the newest 20.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "As JSON, one batch a line." };
        var command = new Command("status", "Show how batches stand.") { id, json };
        var common = new CommonOptions(command, runs: false);
        command.SetAction((parsed, cancellation) => RunAsync(
            common.Read(parsed) with { RunTriggers = false }, parsed.GetValue(id), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(HostSetup setup, string? id, bool json, CancellationToken cancellationToken)
    {
        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, cancellationToken);
        var views = host.Services.GetRequiredService<BatchViews>();
        var shown = id is not null
            ? [await views.FindAsync(host.Client, id, cancellationToken) ?? throw NoSuchBatch(id)]
            : await NewestAsync(host, views, cancellationToken);
        if (json)
        {
            foreach (var view in shown)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(view, ApiJson.Readable.BatchView));
            }
        }
        else
        {
            Show(shown);
        }

        return ExitCodes.Done;
    }

    public static CommandException NoSuchBatch(string id) =>
        new(ExitCodes.Usage, $"There is no batch '{id}'. 'drover status' lists those there are.");

    private static async Task<List<BatchView>> NewestAsync(DroverHost host, BatchViews views, CancellationToken cancellationToken)
    {
        var newest = new List<BatchView>();
        await foreach (var spec in host.Services.GetRequiredService<BatchStore>().ListAsync(null, cancellationToken))
        {
            newest.Add(await views.OfAsync(host.Client, spec, cancellationToken));
            if (newest.Count == MostListed)
            {
                break;
            }
        }

        return newest;
    }

    private static void Show(IReadOnlyList<BatchView> views)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 200;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in new[] { "batch", "status", "done", "failed", "not run", "left", "cost", "created" })
        {
            table.AddColumn(new TableColumn(heading).NoWrap());
        }

        foreach (var view in views)
        {
            table.AddRow(
                Markup.Escape(view.Id),
                view.Status,
                Number(view.Counts.Completed),
                Number(view.Counts.Failed),
                Number(view.Counts.Unrun),
                Number(view.Counts.Remaining),
                $"{Tables.Cost(view)}{(view.Simulated ? " simulated" : "")}",
                view.CreatedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        foreach (var view in views.Where(v => v.Reason is not null))
        {
            AnsiConsole.MarkupLine(Markup.Escape($"{view.Id}: {view.Reason}"));
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
