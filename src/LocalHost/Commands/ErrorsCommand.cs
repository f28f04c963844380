using System.CommandLine;
using System.Text.Json;
using Drover.Batches;
using Drover.LocalHost.Hosting;
using Drover.Outcomes;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover errors ID</c>: a batch's errors so far, grouped by their code.</summary>
internal static class ErrorsCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "The batch." };
        var code = new Option<string?>("--code") { Description = "The ids of the items whose error has this code, one a line." };
        var json = new Option<bool>("--json") { Description = "As JSON, one code a line." };
        var command = new Command("errors", "Show why items failed: errors by their code, with examples.") { id, code, json };
        var common = new CommonOptions(command, runs: false);
        command.SetAction((parsed, cancellation) => RunAsync(
            common.Read(parsed) with { RunTriggers = false }, parsed.GetValue(id)!, parsed.GetValue(code), parsed.GetValue(json),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(HostSetup setup, string id, string? code, bool json, CancellationToken cancellationToken)
    {
        await using var host = await DroverHost.StartAsync(setup, Terminal.Say, cancellationToken);
        if (!BatchSpec.IsId(id) || await host.Services.GetRequiredService<BatchStore>().FindAsync(id, cancellationToken) is null)
        {
            throw StatusCommand.NoSuchBatch(id);
        }

        var files = host.Services.GetRequiredService<OutcomeFiles>();
        if (code is not null)
        {
            await foreach (var item in files.ErrorIdsAsync(id, code, cancellationToken))
            {
                Console.Out.WriteLine(item);
            }

            return ExitCodes.Done;
        }

        var summary = await files.SummariseErrorsAsync(id, cancellationToken);
        if (json)
        {
            foreach (var group in summary.Groups)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(group, Json));
            }
        }
        else if (summary.Count == 0)
        {
            Terminal.Say($"{id}: no errors.");
        }
        else
        {
            if (Console.IsOutputRedirected)
            {
                AnsiConsole.Profile.Width = 200;
            }

            ErrorTable.Show(summary.Groups, ErrorSummary.MostExamples, AnsiConsole.Console);
            Terminal.Say($"The ids of one code: drover errors {id} --code CODE; the lines: drover results {id} --errors.");
        }

        return ExitCodes.Done;
    }
}
