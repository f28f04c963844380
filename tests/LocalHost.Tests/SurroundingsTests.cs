using System.Net;
using System.Net.Sockets;
using Drover.LocalRuntime;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Whatever is wrong around the command is said clearly, and nothing is run.</summary>
public sealed class SurroundingsTests(AzuriteFixture azurite)
{
    private const int Usage = 64;

    [Fact]
    public async Task Run_AFileThatIsNotThere_SaysSo() =>
        await AssertRefusedAsync("There is no file 'none.jsonl'.", ["run", "none.jsonl"]);

    [Fact]
    public async Task Run_AnEmptyFile_FailsWithTheReason()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", "\n\n");
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "in.jsonl"]);

        Assert.Equal(3, await drover.EndAsync());
        Assert.Contains("The input is empty", drover.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnUnknownRecipe_NamesThoseThereAre() =>
        await AssertRefusedAsync(
            "'recipe' is 'magic'; there are: extract, chat, copy, document, answer, vision.", ["run", "in.jsonl", "--recipe", "magic"]);

    [Fact]
    public async Task Run_AModelWithoutPrices_NamesTheSettingsThatMendIt() => await AssertRefusedAsync(
        "'model' is 'gpt-nonesuch', whose prices are not known, and a budget holds; set Drover:Models:gpt-nonesuch:Input and :Output (US dollars per million tokens), or Drover:Models:default",
        ["run", "in.jsonl", "--model", "gpt-nonesuch", "--budget", "1"]);

    [Fact]
    public async Task Run_SettingsThatBreakTheirRules_NamesThemAll()
    {
        var errors = await AssertRefusedAsync(
            "Drover:Upstream:Concurrency is 0; it must be from 1 to 10,000.",
            ["run", "in.jsonl"],
            ("Drover__Upstream__Concurrency", "0"),
            ("Drover__Upstream__RequestsPerMinute", "-1"),
            ("Drover__Batches__ShardItems", "many"),
            ("Drover__Upstream__Bogus", "1"));
        Assert.Contains("Drover:Upstream:RequestsPerMinute is -1", errors, StringComparison.Ordinal);
        Assert.Contains("Drover:Batches:ShardItems is 'many'; it must be a whole number.", errors, StringComparison.Ordinal);
        Assert.Contains("Drover:Upstream:Bogus is no setting", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,5", "--budget is '1,5'; it must be a number of US dollars")]
    [InlineData("1e3", "--budget is '1e3'; it must be a number of US dollars")]
    public async Task Run_ABudgetThatIsNoPlainNumber_IsRefused(string budget, string message) =>
        await AssertRefusedAsync(message, ["run", "in.jsonl", "--budget", budget]);

    [Fact]
    public async Task Run_StorageThatDoesNotAnswer_NamesItAndTheSetting()
    {
        var away = AzuriteEndpoints.Free().ConnectionString
            .Replace("devstoreaccount1", "someaccount", StringComparison.Ordinal);
        await AssertRefusedAsync("Storage cannot be used: http://127.0.0.1:", ["run", "in.jsonl"], ("AzureWebJobsStorage", away));
    }

    [Fact]
    public async Task Run_WithoutNode_SaysWhatIsMissing() => await AssertRefusedAsync(
        "needs Node.js",
        ["run", "in.jsonl"],
        ("AzureWebJobsStorage", AzuriteEndpoints.Free().ConnectionString),
        ("PATH", Path.GetDirectoryName(Environment.ProcessPath)),
        ("XDG_DATA_HOME", Path.GetTempPath() + Guid.NewGuid().ToString("N")));

    [Fact]
    public async Task Serve_APortThatIsTaken_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await AssertRefusedAsync($"Port {port} is taken on 127.0.0.1.", ["serve", "--port", $"{port}"]);
    }

    [Fact]
    public async Task Run_ADataFolderThatIsAFile_SaysSo()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(1));
        folder.Write(".drover", "not a folder");
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "in.jsonl"]);

        Assert.Equal(Usage, await drover.EndAsync());
        Assert.Contains("The data folder", drover.Errors, StringComparison.Ordinal);
        Assert.Contains("cannot be used", drover.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ADataFolderWhoseDatabaseIsBroken_NamesTheFile()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(1));
        Directory.CreateDirectory(folder.File(".drover"));
        folder.Write(".drover/durable.db", new string('x', 100_000));
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "in.jsonl"]);

        Assert.Equal(Usage, await drover.EndAsync());
        Assert.Contains("durable.db", drover.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ADataFolderInUse_NamesTheOtherProcess()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(1));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using var first = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["serve", "--port", "0"]);
        await Eventually.TrueAsync(() => first.Errors.Contains("Drover listens on", StringComparison.Ordinal), "the first to listen");
        await using var second = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl"]);

        Assert.Equal(Usage, await second.EndAsync());
        Assert.Contains($"Another drover (process {first.Id}) uses the data folder", second.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ABatchThatAnotherDataFolderHasBegun_GoesOnThereUnlessItIsTakenOver()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(300));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 100 });
        await using (
            var first = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--concurrency", "5"]))
        {
            await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed > 20, "some calls to be made");
            await first.KillAsync();
        }

        var called = simulator.Stats.Snapshot().Processed;
        await using var second = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--data", "other"]);
        Assert.Equal(Usage, await second.EndAsync());
        Assert.Contains($"was begun by the data folder {folder.File(".drover")}", second.Errors, StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().Processed, called, called + 5);

        await using var third = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--data", "other", "--take-over"]);
        Assert.Equal(0, await third.EndAsync());
        Inputs.AssertEachOnce(folder, "in", 300);
    }

    private async Task<string> AssertRefusedAsync(string message, string[] arguments, params (string, string?)[] environment)
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(1));
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, arguments, environment);
        var code = await drover.EndAsync();
        Assert.Contains(message, drover.Errors, StringComparison.Ordinal);
        Assert.Equal(Usage, code);
        Assert.DoesNotContain("   at ", drover.Errors, StringComparison.Ordinal);
        return drover.Errors;
    }
}
