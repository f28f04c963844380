using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Drover.LocalRuntime;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary><c>drover run</c> with files that are no JSONL in UTF-8.</summary>
public sealed class InputFormTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("utf-16")]
    [InlineData("gzip")]
    [InlineData("array")]
    public async Task Run_RequestsInAnotherForm_HaveTheirResults(string form)
    {
        using var folder = new TestFolder();
        var lines = Inputs.Requests(4);
        switch (form)
        {
            case "utf-16":
                await File.WriteAllTextAsync(folder.File("in.jsonl"), lines.ReplaceLineEndings("\r\n"), Encoding.Unicode);
                break;
            case "gzip":
                await using (var packed = new GZipStream(File.Create(folder.File("in.jsonl")), CompressionLevel.Fastest))
                {
                    await packed.WriteAsync(Encoding.UTF8.GetBytes(lines));
                }

                break;
            default:
                folder.Write("in.jsonl", $"[\n{lines.TrimEnd().Replace("\n", ",\n", StringComparison.Ordinal)},\n{{\"id\":\"no text\"}}\n]");
                break;
        }

        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl"]);

        Assert.Equal(form == "array" ? 2 : 0, await drover.EndAsync());

        Assert.Equal(["i0", "i1", "i2", "i3"], Inputs.IdsIn(folder.File("in.results.jsonl")).Order());
        if (form == "array")
        {
            var error = JsonDocument.Parse(File.ReadAllText(folder.File("in.errors.jsonl"))).RootElement.GetProperty("error");
            Assert.StartsWith("Item 5: ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_ImagesOfRelativePaths_AreLookedForBesideTheInput()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("data"));
        folder.Write("data/in.jsonl", """
            {"id":"there","image":"a.png"}
            {"id":"missing","image":"b.png"}
            """);
        await File.WriteAllBytesAsync(folder.File("data/a.png"), Pictures.Png(8, 8, 1));
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "data/in.jsonl", "--recipe", "vision"]);

        Assert.Equal(2, await drover.EndAsync());

        Assert.Equal(["there"], Inputs.IdsIn(folder.File("data/in.results.jsonl")));
        Assert.Contains(
            "nor a file " + folder.File("data/b.png") + ", nor a file " + folder.File("b.png"),
            File.ReadAllText(folder.File("data/in.errors.jsonl")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,text\n1,Hello\n2,World\n", "in.jsonl: The input is a table (CSV), with commas between its fields, not JSONL. ")]
    [InlineData("\u0089PNG\r\n", "in.jsonl: The input is a PNG image, not JSONL. ")]
    [InlineData("[{\"id\":\"a\",\"text\":\"x\"},\n{\"id\"", "it ends within item 2, which begins on line 2")]
    public async Task RunAndEstimate_WrongKindOfFile_SayItOnceAndCallNothing(string content, string message)
    {
        using var folder = new TestFolder();
        await File.WriteAllBytesAsync(folder.File("in.jsonl"), Encoding.Latin1.GetBytes(content));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using var run = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl"]);
        await using var estimate = DroverProcess.Start(folder, AzuriteEndpoints.Free(), null, ["estimate", "in.jsonl"]);

        Assert.Equal((64, 64), (await run.EndAsync(), await estimate.EndAsync()));

        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Contains(message[(message.IndexOf(": ", StringComparison.Ordinal) + 1)..], estimate.Errors, StringComparison.Ordinal);
        Assert.Equal(0, simulator.Stats.Snapshot().Received);
        Assert.False(File.Exists(folder.File("in.errors.jsonl")));
    }
}
