using System.Reflection;
using System.Runtime.Loader;
using Drover.Functions;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>What runs here is the assembly that is deployed, on Microsoft's own types.</summary>
public sealed class OneBinaryTests(AzuriteFixture azurite)
{
    private static readonly string[] Microsofts =
        ["Microsoft.DurableTask.", "DurableTask.Core.", "Microsoft.Azure.Functions.Worker."];

    [Fact]
    public async Task Serve_TheProcess_HasTheFunctionsAndMicrosoftsAbstractionsLoaded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["serve", "--port", "0"]);
        await drover.AddressAsync();

        var loaded = await File.ReadAllTextAsync($"/proc/{drover.Id}/maps");

        Assert.All(
            ["Drover.Functions.dll", "Microsoft.DurableTask.Abstractions.dll", "Microsoft.DurableTask.Worker.dll",
                "DurableTask.Core.dll", "Microsoft.Azure.Functions.Worker.Core.dll"],
            name => Assert.Contains("/" + name, loaded, StringComparison.Ordinal));
    }

    [Fact]
    public void Assemblies_OfOurs_DeclareNoTypeOfMicrosofts()
    {
        Assembly[] ours =
            [
                typeof(FunctionServices).Assembly, typeof(Hosting.DroverHost).Assembly, typeof(LocalRuntime.LocalRuntimeOptions).Assembly,
                typeof(DurableTask.Sqlite.SqliteOrchestrationService).Assembly
            ];
        var theirs = Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => Path.GetFileName(file) is var name && (name.StartsWith("Microsoft.DurableTask.", StringComparison.Ordinal)
                || name.StartsWith("DurableTask.Core", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Azure.Functions.Worker", StringComparison.Ordinal)))
            .SelectMany(file => AssemblyLoadContext.Default.LoadFromAssemblyPath(file).GetExportedTypes())
            .Select(type => type.Name.Split('`')[0])
            .ToHashSet();

        var doubles = ours.SelectMany(assembly => assembly.GetExportedTypes()).Select(type => type.Name.Split('`')[0])
            .Where(theirs.Contains);

        Assert.True(theirs.Count > 100);
        Assert.Empty(doubles);
        Assert.DoesNotContain(
            ours.SelectMany(a => a.GetTypes()),
            type => Microsofts.Any(space => $"{type.FullName}".StartsWith(space, StringComparison.Ordinal)));
    }
}
