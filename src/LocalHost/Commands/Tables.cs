using System.Globalization;
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

    public static string Dollars(decimal dollars) => string.Create(CultureInfo.InvariantCulture, $"${dollars:#,0.0000}");
}
