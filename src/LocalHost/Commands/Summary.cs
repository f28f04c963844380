using System.Globalization;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Upstreams;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>How a batch ended, for the person and for scripts.</summary>
internal static class Summary
{
    public static void Show(BatchView view, IReadOnlyList<string> files)
    {
        var counts = view.Counts;
        var colour = view.Status == BatchStatus.Completed ? counts.Failed == 0 ? "green" : "yellow" : "red";
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"[{colour}]{view.Status}[/]: {counts.Completed:N0} results, {counts.Failed:N0} errors{(counts.Unrun > 0 ? $", {counts.Unrun:N0} not run" : "")}"
            + $" of {counts.Total:N0} items; {view.InputTokens:N0} + {view.OutputTokens:N0} tokens, {Tables.Cost(view)}{(view.Simulated ? view.Upstream == UpstreamOptions.Simulator ? " (simulated: the answers are made up, nothing was paid)" : " (part of the answers are simulated: made up)" : "")}");
        Terminal.Stderr.MarkupLine(text);
        if (view.Reason is not null)
        {
            Terminal.Say($"Reason: {view.Reason}");
        }

        ErrorTable.Show(view.Errors ?? [], mostExamples: 1);
        if (view.Status == BatchStatus.Stopped)
        {
            Terminal.Say(
                $"When that is mended, the same command goes on where it stood; 'drover results {view.Id}' shows what there is.");
        }

        foreach (var file in files)
        {
            Terminal.Say($"  {Path.GetRelativePath(".", file)}");
        }

        if (view.Errors is { Count: > 0 })
        {
            Terminal.Say($"The errors by their code: drover errors {view.Id}");
        }
    }

    public static int ExitCodeOf(BatchView view) =>
        view.Status != BatchStatus.Completed ? ExitCodes.Incomplete : view.Counts.Failed > 0 ? ExitCodes.SomeFailed : ExitCodes.Done;
}
