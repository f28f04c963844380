using System.Text.Json;
using Drover.LocalRuntime;

namespace Drover.LocalHost.Tests;

/// <summary><c>drover estimate</c> and <c>drover models</c>: neither storage nor network, no data folder.</summary>
public sealed class EstimateTests
{
    [Fact]
    public async Task Estimate_AFile_SaysWhatItTakesAndLeavesNothingBehind()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(20) + "not json\n");
        await using var text = Start(folder, "estimate", "in.jsonl", "--budget", "0.0001", "--rpm", "10");
        await using var json = Start(folder, "estimate", "in.jsonl", "--json", "--budget", "1");

        Assert.Equal((0, 0), (await text.EndAsync(), await json.EndAsync()));

        Assert.Contains("20 items; about 00:02:00, which the limit of requests a minute sets.", Plain(text), StringComparison.Ordinal);
        Assert.Contains("Budget of the batch, $0.0001: not enough.", Plain(text), StringComparison.Ordinal);
        Assert.Contains("line 21: The line is not valid JSON", text.Output, StringComparison.Ordinal);
        var estimate = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal((20, 1), (estimate.GetProperty("items").GetInt32(), estimate.GetProperty("bad_lines").GetInt32()));
        Assert.Equal("gpt-4o-mini", estimate.GetProperty("models")[0].GetProperty("model").GetString());
        Assert.Equal("enough", estimate.GetProperty("budgets")[0].GetProperty("verdict").GetString());
        Assert.False(Directory.Exists(folder.File(".drover")));
    }

    [Fact]
    public async Task Models_WithAFile_ShowsItsCostUnderEach()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(20));
        await using var text = Start(folder, "models");
        await using var json = Start(folder, "models", "in.jsonl", "--json");

        Assert.Equal((0, 0), (await text.EndAsync(), await json.EndAsync()));

        Assert.Contains("claude-sonnet-4.5", text.Output, StringComparison.Ordinal);
        var models = JsonDocument.Parse(json.Output).RootElement.GetProperty("data").EnumerateArray()
            .ToDictionary(m => m.GetProperty("model").GetString()!);
        Assert.Equal(15, models["claude-sonnet-4.5"].GetProperty("output").GetDecimal());
        Assert.True(
            models["gpt-4o"].GetProperty("file").GetProperty("cost_usd").GetDecimal() > models["gpt-4o-mini"].GetProperty("file")
                .GetProperty("cost_usd").GetDecimal());
        Assert.Equal(20, models["gpt-4o"].GetProperty("file").GetProperty("items").GetInt32());
        Assert.Equal(JsonValueKind.Null, models["text-embedding-3-small"].GetProperty("file").ValueKind);
    }

    [Fact]
    public async Task Estimate_WhatCannotBe_IsSaid()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(1));
        await using var missing = Start(folder, "estimate", "none.jsonl");
        await using var budget = Start(folder, "estimate", "in.jsonl", "--budget", "0", "--prefer", "cheap");

        Assert.Equal((64, 64), (await missing.EndAsync(), await budget.EndAsync()));
        Assert.Contains("There is no file 'none.jsonl'.", missing.Errors, StringComparison.Ordinal);
        Assert.Contains(
            "'prefer' is 'cheap'; it must be budget, speed or quality. 'budget_usd' is 0; it must be more than 0 US dollars", budget.Errors,
            StringComparison.Ordinal);
    }

    private static DroverProcess Start(TestFolder folder, params string[] arguments) =>
        DroverProcess.Start(folder, AzuriteEndpoints.Free(), null, arguments);

    private static string Plain(DroverProcess drover) => drover.Output.ReplaceLineEndings(" ");
}
