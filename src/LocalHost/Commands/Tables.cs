using System.Globalization;
using Drover.Functions.Batches;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>Tables on standard output.</summary>
internal static class Tables
{
    public static Table Create(params IEnumerable<string> headings)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 200;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var (index, heading) in headings.Index())
        {
            table.AddColumn(new TableColumn(heading).NoWrap().Alignment(index == 0 ? Justify.Left : Justify.Right));
        }

        return table;
    }

    public static string Number(double? number) => number?.ToString(number % 1 == 0 ? "N0" : "N1", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>What a batch has cost; where prices are not known it says so.</summary>
    public static string Cost(BatchView view) => view.CostUsd is not { } dollars
        ? "cost unknown"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"${dollars:0.0000}{(view.Unpriced > 0 ? $" and unknown for {view.Unpriced.ToString("N0", CultureInfo.InvariantCulture)}" : "")}");

    public static string Dollars(decimal? dollars) =>
        dollars is null ? "unknown" : string.Create(CultureInfo.InvariantCulture, $"${dollars:#,0.0000}");
}
