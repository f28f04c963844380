using System.Text;
using Drover.Batches;
using Drover.Outcomes;

namespace Drover.Tests.Outcomes;

public sealed class ErrorSummaryTests(AzuriteFixture fixture)
{
    [Fact]
    public void Groups_ErrorsOfEveryForm_AreCountedByTheMostFittingCode()
    {
        var summary = Of(
            """{"custom_id":"a","response":null,"error":{"code":"batch_cancelled","message":"Not run."}}""",
            """{"custom_id":"b","response":{"status_code":400,"body":{"error":{"code":"context_length_exceeded","message":"Too long."}}},"error":null}""",
            """{"custom_id":"c","response":{"status_code":400,"body":{"error":{"code":"context_length_exceeded","message":"Again."}}},"error":null}""",
            """{"custom_id":"d","response":{"status_code":422,"body":{"error":{"code":422,"type":"invalid","message":"By type."}}},"error":null}""",
            """{"custom_id":"e","response":{"status_code":418,"body":{"detail":"?"}},"error":null}""",
            """{"custom_id":null,"response":null,"error":{"code":"invalid_json_line","message":"Line 7: no JSON.","line":7}}""");

        Assert.Equal(
            [
                ("context_length_exceeded", 2, "b", "Too long."), ("418", 1, "e", "The upstream answered 418."),
                ("batch_cancelled", 1, "a", "Not run."), ("invalid", 1, "d", "By type."),
                ("invalid_json_line", 1, "line 7", "Line 7: no JSON."),
            ],
            summary.Groups.Select(g => (g.Code, g.Count, g.Examples[0].Id, g.Examples[0].Message)));
        Assert.Equal(6, summary.Count);
        Assert.Equal(["b", "c"], summary.Groups[0].Examples.Select(e => e.Id));
    }

    [Fact]
    public void Groups_OfMoreCodesThanAreToldApart_EndWithTheOthers()
    {
        var summary = Of([.. Enumerable.Range(0, ErrorSummary.MostCodes + 50).Select(i => Line($"i{i}", $"code{i}"))]);

        Assert.Equal(ErrorSummary.MostCodes + 1, summary.Groups.Count);
        Assert.Equal((ErrorGroup.Others, 50), (summary.Groups[^1].Code, summary.Groups[^1].Count));
        Assert.Equal(ErrorSummary.MostExamples, summary.Groups[^1].Examples.Count);
    }

    [Fact]
    public void Commonest_OfManyCodes_KeepsTheLargestAndSumsTheRest()
    {
        var summary = Of(Line("a", "x"), Line("b", "x"), Line("c", "y"), Line("d", "z"), Line("e", "w"));

        Assert.Equal(
            [("x", 2L, 1), (ErrorGroup.Others, 3L, 1)], summary.Commonest(2).Select(g => (g.Code, g.Count, g.Examples.Count)));
        Assert.Equal(4, summary.Commonest(4).Count);
    }

    [Fact]
    public async Task SummariseErrors_OfABatch_ReadsAllBlobsAndLaterOnlyWhatHasCome()
    {
        await using var batch = await Batches.TestBatch.CreateAsync(
            fixture, [.. Batches.TestBatch.Sources(2), "no json", "[]", """{"id":"x"}"""]);
        await batch.SettleAsync(); // The lines that are none are errors already.
        var files = new OutcomeFiles(batch.Blobs);
        var read = new Dictionary<string, long>();
        var summary = new ErrorSummary();

        await files.AddErrorsAsync(Batches.TestBatch.Id, summary, read, default);
        await files.AddErrorsAsync(Batches.TestBatch.Id, summary, read, default);

        Assert.Equal(3, summary.Count);
        Assert.Equal(2, summary.Groups[0].Count);
        var ids = new List<string>();
        await foreach (var id in files.ErrorIdsAsync(Batches.TestBatch.Id, "invalid_json_line", default))
        {
            ids.Add(id);
        }

        Assert.Equal(["line 3", "line 4"], ids.Order());
    }

    private static string Line(string id, string code) =>
        $$$"""{"custom_id":"{{{id}}}","response":null,"error":{"code":"{{{code}}}","message":"m"}}""";

    private static ErrorSummary Of(params string[] lines)
    {
        var summary = new ErrorSummary();
        foreach (var line in lines)
        {
            summary.Add(Encoding.UTF8.GetBytes(line));
        }

        return summary;
    }
}
