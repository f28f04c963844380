using System.Net;
using Microsoft.AspNetCore.Http;

namespace Drover.LocalRuntime.Tests.Hosting;

public sealed class DurableHostingTests
{
    [Fact]
    public async Task Orchestration_StartedOverHttp_RunsItsActivitiesToTheEnd()
    {
        await using var host = await StartAsync();

        Assert.Equal(
            "[\"Hello, Ann (1)\",\"Hello, Bob (2)\",\"from one, nobody 0\"]",
            await host.Http.GetStringAsync("api/start/one?names=Ann,Bob"));
        Assert.Empty(host.Complaints);
    }

    [Fact]
    public async Task Activity_Throwing_FailsTheOrchestrationWithItsOwnException()
    {
        await using var host = await StartAsync();

        Assert.Equal("System.InvalidOperationException: no greeting", await host.Http.GetStringAsync("api/start/two?names=fail"));
    }

    [Fact]
    public async Task Stop_WithAnActivityInFlight_CancelsItAndItRunsAgainAfterTheRestart()
    {
        var data = Directory.CreateTempSubdirectory("drover-durable-");
        var first = await StartAsync(data.FullName);
        var client = (DurableTaskClient)first.Services.GetService(typeof(DurableTaskClient))!;
        await client.ScheduleNewOrchestrationInstanceAsync("Hold", null, new StartOrchestrationOptions("held"), CancellationToken.None);
        Assert.Equal("holding", await first.Probe.NextAsync());

        await first.DisposeAsync();
        Assert.Equal(["holding", "let go"], first.Probe.All);

        await using (var second = await StartAsync(data.FullName))
        {
            Assert.Equal("holding", await second.Probe.NextAsync());
            second.Probe.Gate.SetResult();
            client = (DurableTaskClient)second.Services.GetService(typeof(DurableTaskClient))!;
            var end = await client.WaitForInstanceCompletionAsync("held", true, CancellationToken.None).WithinPatience();
            Assert.Equal("done", end.ReadOutputAs<string>());
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public async Task Client_InAFunctionWithoutTriggers_IsThereToAsk()
    {
        var data = Directory.CreateTempSubdirectory("drover-durable-");
        await using (var first = await StartAsync(data.FullName))
        {
            await first.Http.GetStringAsync("api/start/three?names=Ann");
        }

        await using (var second = await StartAsync(data.FullName, runTriggers: false))
        {
            Assert.Equal("Completed", await second.Http.GetStringAsync("api/status/three"));
            Assert.Equal(HttpStatusCode.NotFound, (await second.Http.GetAsync("api/status/four")).StatusCode);
        }

        data.Delete(recursive: true);
    }

    private static Task<TestHost> StartAsync(string? data = null, bool runTriggers = true) => TestHost.StartAsync(new TestHostOptions
    {
        Functions = [typeof(Functions)],
        DataPath = data,
        RunTriggers = runTriggers,
        HostJson = """{ "version": "2.0", "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 2, "maxConcurrentOrchestratorFunctions": 2 } } }""",
    });

    public sealed record Greeting(string Name, int Number);

    public sealed class Functions(Probe probe)
    {
        [Function("Start")]
        public static async Task<IResult> Start(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "start/{id}")] HttpRequest request,
            string id,
            string names,
            [DurableClient] DurableTaskClient client,
            CancellationToken cancellation)
        {
            await client.ScheduleNewOrchestrationInstanceAsync("Greet", names.Split(','), new StartOrchestrationOptions(id), cancellation);
            var end = await client.WaitForInstanceCompletionAsync(id, true, cancellation);
            return Results.Text(
                end.FailureDetails is { } failure
                    ? $"{failure.InnerFailure?.ErrorType}: {failure.InnerFailure?.ErrorMessage}"
                    : end.SerializedOutput);
        }

        [Function("Status")]
        public static async Task<IResult> Status(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "status/{id}")] HttpRequest request, string id,
            [DurableClient] DurableTaskClient client) =>
            await client.GetInstanceAsync(id, CancellationToken.None) is { } instance
                ? Results.Text($"{instance.RuntimeStatus}")
                : Results.NotFound();

        [Function("GreetOrchestrator")]
        public static async Task<string[]> Greet(
            [OrchestrationTrigger(Orchestration = "Greet")] TaskOrchestrationContext context, string[] names)
        {
            var greetings = new List<string>();
            for (var i = 0; i < names.Length; i++)
            {
                greetings.Add(await context.CallActivityAsync<string>(nameof(SayHello), new Greeting(names[i], i + 1)));
            }

            greetings.Add(await context.CallActivityAsync<string>(nameof(WhoAmI)));
            return [.. greetings];
        }

        [Function(nameof(SayHello))]
        public async Task<string> SayHello([ActivityTrigger] Greeting greeting)
        {
            await Task.Yield();
            return greeting.Name == "fail"
                ? throw new InvalidOperationException("no greeting")
                : $"Hello, {greeting.Name} ({greeting.Number})";
        }

        [Function(nameof(WhoAmI))]
        public string WhoAmI([ActivityTrigger] string? nobody, string instanceId, FunctionContext context) =>
            $"from {instanceId}, {nobody ?? "nobody"} {context.BindingContext.BindingData.Count}";

        [Function("Hold")]
        public static Task<string> Hold([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<string>(nameof(HoldOn), "something");

        [Function(nameof(HoldOn))]
        public async Task<string> HoldOn([ActivityTrigger] FunctionContext context, CancellationToken cancellation)
        {
            probe.Saw("holding");
            try
            {
                await probe.Gate.Task.WaitAsync(cancellation);
                return "done";
            }
            finally
            {
                if (cancellation.IsCancellationRequested)
                {
                    probe.Saw("let go");
                }
            }
        }
    }
}
