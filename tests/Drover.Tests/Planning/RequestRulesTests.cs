using System.Text;
using Drover.Batches;
using Drover.Planning;
using Drover.Storage;
using Drover.Tests.Batches;

namespace Drover.Tests.Planning;

public sealed class RequestRulesTests(AzuriteFixture azurite)
{
    private const string Good = """{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":"x"}}""";

    [Fact]
    public async Task PlanAsync_GoodRequests_GivesTheirModel()
    {
        var (plan, faults) = await PlanAsync($"\uFEFF{Good}\r\n{Good.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)}");

        Assert.Equal((null, "m", 2L), (plan.Problem, plan.Model, plan.Items));
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("""nope""", "invalid_json_line", 2)]
    [InlineData("""{"id":"x","text":"a source"}""", "invalid_request", 2)]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}}""", "url_mismatch", 2)]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/moderations","body":{"model":"m"}}""", "url_mismatch", 2)]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"model":"n"}}""", "model_mismatch", 2)]
    [InlineData("""{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"input":"x"}}""", "invalid_request", 2)]
    [InlineData("""{"custom_id":"b","method":"GET","url":"/v1/embeddings","body":{"model":"m"}}""", "invalid_request", 2)]
    [InlineData("""{"method":"POST","url":"/v1/embeddings","body":{"model":"m"}}""", "invalid_request", 2)]
    [InlineData(Good, "duplicate_custom_id", 2)]
    public async Task PlanAsync_ABadLine_StopsTheBatchBeforeAnythingIsPaid(string line, string code, long number)
    {
        var (plan, faults) = await PlanAsync($"{Good}\n{line}\n");

        Assert.Equal((code, 0), (plan.ProblemCode, plan.Shards));
        var fault = Assert.Single(faults);
        Assert.Equal((code, number), (fault.Code, fault.Line));
        Assert.EndsWith(plan.Problem!, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlanAsync_NoLine_IsAnEmptyBatch() => Assert.Equal("empty_batch", (await PlanAsync("\n  \n")).Plan.ProblemCode);

    [Fact]
    public async Task PlanAsync_MoreLinesThanAllowed_IsTooManyTasks()
    {
        var lines = string.Concat(Enumerable.Range(0, 4).Select(i => Good.Replace("\"a\"", $"\"{i}\"", StringComparison.Ordinal) + "\n"));

        Assert.Equal("too_many_tasks", (await PlanAsync(lines, most: 3)).Plan.ProblemCode);
        Assert.Null((await PlanAsync(lines, most: 4)).Plan.ProblemCode);
    }

    [Fact]
    public async Task PlanAsync_AllLinesBad_ReportsTheFirstHundred()
    {
        var (plan, faults) = await PlanAsync(string.Concat(Enumerable.Repeat("nope\n", 1000)));

        Assert.Equal("invalid_json_line", plan.ProblemCode);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long?)i), faults.Select(f => f.Line));
    }

    private async Task<(BatchPlan Plan, IReadOnlyList<LineFault> Faults)> PlanAsync(string input, long most = 1000)
    {
        var blobs = await azurite.CreateContainerAsync();
        await blobs.ByName("files/x").WriteAsync(Encoding.UTF8.GetBytes(input));
        var spec = new BatchSpec
        {
            Id = "b",
            Input = "files/x",
            Recipe = "extract",
            Model = "d",
            CreatedAt = DateTimeOffset.UnixEpoch,
            ExpiresAt = DateTimeOffset.UnixEpoch,
            Endpoint = "/v1/embeddings",
            MostItems = most,
        };
        var plan = await new Planner(blobs, new BatchOptions(), TestBatch.AnyModel).PlanAsync(spec, default);
        return (plan, await new BatchStore(blobs).FindInvalidLinesAsync("b", 200, default));
    }
}
