using System.Globalization;
using Drover.Batches;
using Drover.Json;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary>Errors grouped by their code, for the person.</summary>
internal static class ErrorTable
{
    private const int LongestId = 40;
    private const int LongestMessage = 110;

    /// <summary>Writes the groups, with up to so many examples each, to standard error or to <paramref name="console"/>.</summary>
    public static void Show(IReadOnlyList<ErrorGroup> groups, int mostExamples, IAnsiConsole? console = null)
    {
        if (groups.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("count").NoWrap().RightAligned());
        table.AddColumn(new TableColumn("code").NoWrap());
        table.AddColumn(new TableColumn("example").NoWrap());
        table.AddColumn(new TableColumn("message"));
        foreach (var group in groups)
        {
            var first = true;
            foreach (var example in group.Examples.Take(mostExamples).DefaultIfEmpty(new ErrorExample("", "")))
            {
                table.AddRow(
                    first ? group.Count.ToString("N0", CultureInfo.InvariantCulture) : "",
                    first ? Markup.Escape(group.Code) : "",
                    Markup.Escape(Excerpt.Of(example.Id, LongestId)),
                    Markup.Escape(OnOneLine(example.Message, mostExamples > 1 ? int.MaxValue : LongestMessage)));
                first = false;
            }
        }

        (console ?? Terminal.Stderr).Write(table);
    }

    /// <summary>The largest group in one line: its count, its code, an example and its words.</summary>
    public static string Line(ErrorGroup group) => string.Create(
        CultureInfo.InvariantCulture,
        $"{group.Count:N0} × {group.Code}{(group.Examples.Count > 0 ? $", such as {Excerpt.Of(group.Examples[0].Id, LongestId)}: {OnOneLine(group.Examples[0].Message, LongestMessage)}" : "")}");

    private static string OnOneLine(string text, int longest) => Excerpt.Of(text.ReplaceLineEndings(" ").Trim(), longest);
}
