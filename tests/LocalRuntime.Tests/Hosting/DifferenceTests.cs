using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.LocalRuntime.Tests.Hosting;

/// <summary>Where this host differs from the one of Azure Functions: one test a line of the list in the README.</summary>
public sealed class DifferenceTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task GetInput_WithoutASecondParameter_IsACast()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Functions = [typeof(Orchestrators)] });
        var client = host.Services.GetRequiredService<DurableTaskClient>();

        var parameter = await RunAsync(nameof(Orchestrators.ByParameter));
        var cast = await RunAsync(nameof(Orchestrators.ByContext));

        Assert.Equal("2, and 2 by the context", parameter.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Failed, cast.RuntimeStatus);
        Assert.Equal("System.InvalidCastException", cast.FailureDetails?.ErrorType);

        async Task<OrchestrationMetadata> RunAsync(string name)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync(name, new[] { "a", "b" }, CancellationToken.None);
            return await client.WaitForInstanceCompletionAsync(id, true, CancellationToken.None).WithinPatience();
        }
    }

    [Fact]
    public void Find_OfWhatThisHostDoesNotHave_RefusesIt()
    {
        var errors = new List<string>();
        var triggers = new TriggerBindings(
            new AppSettings(new ConfigurationBuilder().AddInMemoryCollection([]).Build()), new HostSettings(), true);

        new FunctionDiscovery(triggers, errors).Find([typeof(NotHere)]);

        Assert.Equal(
            [
                "Function 'Body' (NotHere.Body): parameter 'body' of type Greeting cannot be bound: neither the trigger nor the host has a value for it.",
                "Function 'Data' (NotHere.Data): parameter 'request' of type HttpRequestData cannot be bound: its trigger gives HttpRequest.",
                "Function 'Output' (NotHere.Output): it returns Greeting, which nobody would receive; it may return IResult, IActionResult, void, or a task of them.",
            ],
            errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Queue_ThatIsMissing_IsMade()
    {
        var queue = azurite.Queues.GetQueueClient("q-" + Guid.NewGuid().ToString("N"));
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(Queues)],
            Settings = { ["AzureWebJobsStorage"] = azurite.ConnectionString, ["Queue"] = queue.Name },
        });

        await Eventually.TrueAsync(async () => await queue.ExistsAsync());
        Assert.Empty(host.Complaints);
    }

    [Fact]
    public void Message_InHandWhenTheHostIsKilled_ComesBackAfterAMinute() =>
        Assert.Equal(
            TimeSpan.FromMinutes(1),
            new QueuePumpOptions { QueueName = "q", PoisonQueueName = "q-poison", Settings = new QueueSettings() }.Lease);

    [Fact]
    public void Listing_OfBlobs_IsEveryTwoSeconds() =>
        Assert.Equal(
            TimeSpan.FromSeconds(2),
            new LocalRuntimeOptions { FunctionAssembly = GetType().Assembly, HostJsonPath = "", DataPath = "" }.BlobScanInterval);

    [Theory]
    [InlineData(null, "drover-functions")]
    [InlineData("My.Own", "my-own")]
    public void HostId_UnlessItIsSet_IsTheAssemblysName(string? set, string expected)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["AzureFunctionsWebHost:hostId"] = set }).Build();

        Assert.Equal(expected, new AppSettings(configuration).HostId("Drover.Functions"));
    }

    [Fact]
    public async Task Timer_ThatIsMonitored_KeepsItsTimesInAFile()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Functions = [typeof(Timers)] });

        await Eventually.TrueAsync(() => File.Exists(Path.Combine(host.DataPath, "timers", "Tick.json")));
    }

    public sealed record Greeting(string Name);

    public static class Orchestrators
    {
        [Function(nameof(ByParameter))]
        public static Task<string> ByParameter([OrchestrationTrigger] TaskOrchestrationContext context, string[] names) =>
            Task.FromResult($"{names.Length}, and {context.GetInput<string[]>()!.Length} by the context");

        [Function(nameof(ByContext))]
        public static Task<string> ByContext([OrchestrationTrigger] TaskOrchestrationContext context) =>
            Task.FromResult($"{context.GetInput<string[]>()!.Length}");
    }

    public sealed class NotHere
    {
        [Function(nameof(Body))]
        public void Body([HttpTrigger(Route = "body")] HttpRequest request, [FromBody] Greeting body)
        {
        }

        [Function(nameof(Data))]
        public void Data([HttpTrigger(Route = "data")] HttpRequestData request)
        {
        }

        [Function(nameof(Output))]
        public Greeting Output([HttpTrigger(Route = "output")] HttpRequest request) => new("nobody");
    }

    public sealed class Queues
    {
        [Function(nameof(Take))]
        public void Take([QueueTrigger("%Queue%")] string message)
        {
        }
    }

    public sealed class Timers
    {
        [Function(nameof(Tick))]
        public void Tick([TimerTrigger("0 0 0 * * *", RunOnStartup = true)] TimerInfo timer)
        {
        }
    }
}
