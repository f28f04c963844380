using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Drover.LocalRuntime.Tests.Hosting;

public sealed class FunctionDiscoveryTests
{
    private const string Storage = "UseDevelopmentStorage=true";

    [Fact]
    public void Find_OfManyWrongFunctions_ReportsAllAtOnce()
    {
        var (_, errors) = Find([typeof(Wrong)], new() { ["AzureWebJobsStorage"] = Storage, ["Garbage"] = "garbage", ["Bad"] = "* *" });

        Assert.Equal(
            """
            Function 'Abc' (Wrong.Twice): the name is also used by Wrong.Once.
            Function 'BadBlob' (Wrong.BadBlob): the blob path 'X/{name}' cannot be used: its container 'X' must have 3 to 63 lower-case letters, digits and single dashes, and begin and end with a letter or digit.
            Function 'BadConnection' (Wrong.BadConnection): the app setting 'Garbage' is not a storage connection string.
            Function 'BadQueue' (Wrong.BadQueue): the queue name 'no_good' must have 3 to 63 letters, digits and single dashes, and begin and end with a letter or digit.
            Function 'BadRoute' (Wrong.BadRoute): the route '{id' is not a route template: There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.
            Function 'BadSchedule' (Wrong.BadSchedule): the schedule '* *' cannot be read: it has 2 fields; it must have six (second minute hour day month weekday), or five without the second.
            Function 'BadSpan' (Wrong.BadSpan): the schedule '0:0:0' cannot be read: a time span must be of the form hh:mm:ss and more than zero.
            Function 'Context' (Wrong.WithHttpContext): parameter 'context' of type HttpContext cannot be bound: its trigger gives HttpRequest.
            Function 'Hidden' (Wrong.Hidden): the method must be public.
            Function 'MissingConnection' (Wrong.MissingConnection): the app setting 'Nowhere' with the storage connection string is not set.
            Function 'MissingSetting' (Wrong.MissingSetting): the app setting 'Nothing', named in 'q-%Nothing%', is not set.
            Function 'Never' (Wrong.Never): the schedule '0 0 0 30 2 *' never comes.
            Function 'NoTrigger' (Wrong.NoTrigger): no parameter has a trigger attribute.
            Function 'Output' (Wrong.Output): it returns Task`1, which nobody would receive; it may return void or Task.
            Function 'Poco' (Wrong.Poco): it returns String, which nobody would receive; it may return IResult, IActionResult, void, or a task of them.
            Function 'Reference' (Wrong.Reference): parameter 'more' is passed by reference, which cannot be bound.
            Function 'Route2': its route 'api/same' is also that of function 'Route1'.
            Function 'Service' (Wrong.Service): parameter 'client' of type HttpClient cannot be bound: neither the trigger nor the host has a value for it.
            Function 'Service' (Wrong.Service): parameter 'durable' of type String cannot be bound: [DurableClient] gives DurableTaskClient.
            Function 'Stream' (Wrong.FromStream): parameter 'message' of type Stream cannot be bound: its trigger gives string, byte[], BinaryData, QueueMessage, or a type that can be read from JSON.
            Function 'TwoInputs' (Wrong.TwoInputs): parameter 'second' of type Int32 cannot be bound: neither the trigger nor the host has a value for it.
            Function 'TwoTriggers' (Wrong.TwoTriggers): more than one parameter has a trigger attribute.
            Function 'Unknown' (Wrong.Unknown): there is no trigger OtherTriggerAttribute in this host.
            Function 'UnknownConstraint' (Wrong.UnknownConstraint): the route 'x/{id:colour}' asks 'id' for the constraint 'colour', which does not exist.
            Function 'Unnamed' (Wrong.Unnamed): parameter 'other' of type String cannot be bound: neither the trigger nor the host has a value for it.
            Function 'Void' (Wrong.Void): it is async void, so its end cannot be awaited; return Task.
            Function 'bad name' (Wrong.BadName): the name must be a letter followed by at most 127 letters, digits, '-' or '_'.
            """,
            string.Join('\n', errors.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Find_OfGoodFunctions_BindsTheirSettings()
    {
        var (catalog, errors) = Find(
            [typeof(Good)],
            new() { ["AzureWebJobsStorage"] = Storage, ["Queue"] = "Work", ["AzureWebJobsOther"] = Storage, ["Every"] = "00:00:10" });

        Assert.Empty(errors);
        Assert.Equal(["Blob", "Http", "Queue", "Run", "Timer", "Work"], catalog.Functions.Select(f => f.Name).Order());
        Assert.Equal("my-work", Assert.Single(catalog.With<QueueBinding>()).Binding.QueueName);
        Assert.Equal("plan", Assert.Single(catalog.With<OrchestrationBinding>()).Binding.Orchestration);
        Assert.Equal("Work", Assert.Single(catalog.With<ActivityBinding>()).Binding.Activity);
        Assert.EndsWith("Good.Queue", Assert.Single(catalog.With<QueueBinding>()).Function.EntryPoint);
    }

    [Fact]
    public void Find_WithoutTriggersToRun_AsksForNoConnection()
    {
        var (_, errors) = Find([typeof(Good)], new() { ["Queue"] = "Work", ["Every"] = "00:00:10" }, runTriggers: false);

        Assert.Empty(errors);
    }

    [Fact]
    public async Task Start_WithWrongSettingsAndFunctions_ReportsBothKinds()
    {
        var refusal = await Assert.ThrowsAsync<LocalRuntimeException>(() => TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(Good)],
            HostJson = """{ "version": "1.0" }""",
            Settings = { ["Queue"] = "work", ["Every"] = "00:01:00", ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "lots" },
        }));

        Assert.Equal(
            [
                "host.json: version is '1.0'; it must be 2.0.",
                "The app setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT is 'lots'; it must be a whole number of bytes from 1.",
                "Function 'Queue' (Good.Queue): the app setting 'AzureWebJobsStorage' with the storage connection string is not set.",
                "Function 'Blob' (Good.Blob): the app setting 'Other' with the storage connection string is not set.",
            ],
            refusal.Errors);
        Assert.Equal(string.Join(Environment.NewLine, refusal.Errors), refusal.Message);
    }

    private static (FunctionCatalog Catalog, List<string> Errors) Find(
        Type[] types, Dictionary<string, string?> settings, bool runTriggers = true)
    {
        var errors = new List<string>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var triggers = new TriggerBindings(new AppSettings(configuration), new HostSettings(), runTriggers);
        return (new FunctionDiscovery(triggers, errors).Find(types), errors);
    }

    public sealed class Good
    {
        [Function("Http")]
        public IResult Http([HttpTrigger] HttpRequest request, [DurableClient] DurableTaskClient client) => Results.Ok();

        [Function("Queue")]
        public void Queue([QueueTrigger("my-%Queue%")] QueueMessage message, int dequeueCount, FunctionContext context)
        {
        }

        [Function("Blob")]
        public static Task Blob(
            [BlobTrigger("images/{name}", Connection = "Other")] Stream blob, string name, Uri? uri = null) => Task.CompletedTask;

        [Function("Timer")]
        public static ValueTask Timer([TimerTrigger("%Every%")] TimerInfo timer, CancellationToken cancellation) => default;

        [Function("Run")]
        public static Task<int> Run(
            [OrchestrationTrigger(Orchestration = "plan")] TaskOrchestrationContext context, string? input) => Task.FromResult(1);

        [Function("Work")]
        public Task<int> Work([ActivityTrigger] int[] numbers, string instanceId) => Task.FromResult(1);
    }

    public sealed class OtherTriggerAttribute : TriggerBindingAttribute;

    public sealed class Wrong
    {
        [Function("abc")]
        public void Once([TimerTrigger("0 0 0 * * *")] TimerInfo timer)
        {
        }

        [Function("Abc")]
        public void Twice([TimerTrigger("0 0 0 * * *")] TimerInfo timer)
        {
        }

        [Function("bad name")]
        public void BadName([TimerTrigger("0 0 0 * * *")] TimerInfo timer)
        {
        }

        [Function("Hidden")]
        internal void Hidden([TimerTrigger("0 0 0 * * *")] TimerInfo timer)
        {
        }

        [Function("Void")]
        public async void Void([TimerTrigger("0 0 0 * * *")] TimerInfo timer) => await Task.Yield();

        [Function("NoTrigger")]
        public void NoTrigger(HttpRequest request)
        {
        }

        [Function("TwoTriggers")]
        public void TwoTriggers([TimerTrigger("0 0 0 * * *")] TimerInfo timer, [QueueTrigger("queue")] string message)
        {
        }

        [Function("Unknown")]
        public void Unknown([OtherTrigger] string value)
        {
        }

        [Function("Context")]
        public void WithHttpContext([HttpTrigger] HttpContext context)
        {
        }

        [Function("Service")]
        public void Service([HttpTrigger] HttpRequest request, HttpClient client, [DurableClient] string durable)
        {
        }

        [Function("Reference")]
        public void Reference([QueueTrigger("queue")] string message, ref int more)
        {
        }

        [Function("Stream")]
        public void FromStream([QueueTrigger("queue")] Stream message)
        {
        }

        [Function("Unnamed")]
        public void Unnamed([BlobTrigger("images/{name}")] string blob, string other)
        {
        }

        [Function("TwoInputs")]
        public Task TwoInputs([OrchestrationTrigger] TaskOrchestrationContext context, int first, int second) => Task.CompletedTask;

        [Function("Output")]
        public Task<string> Output([QueueTrigger("queue")] string message) => Task.FromResult(message);

        [Function("Poco")]
        public string Poco([HttpTrigger] HttpRequest request) => "text";

        [Function("BadRoute")]
        public void BadRoute([HttpTrigger(Route = "{id")] HttpRequest request)
        {
        }

        [Function("UnknownConstraint")]
        public void UnknownConstraint([HttpTrigger(Route = "x/{id:colour}")] HttpRequest request, string id)
        {
        }

        [Function("Route1")]
        public void Route1([HttpTrigger("get", "post", Route = "same")] HttpRequest request)
        {
        }

        [Function("Route2")]
        public void Route2([HttpTrigger("POST", Route = "same")] HttpRequest request)
        {
        }

        [Function("Route3")]
        public void Route3([HttpTrigger("put", Route = "same")] HttpRequest request)
        {
        }

        [Function("BadQueue")]
        public void BadQueue([QueueTrigger("no_good")] string message)
        {
        }

        [Function("MissingSetting")]
        public void MissingSetting([QueueTrigger("q-%Nothing%")] string message)
        {
        }

        [Function("MissingConnection")]
        public void MissingConnection([QueueTrigger("queue", Connection = "Nowhere")] string message)
        {
        }

        [Function("BadConnection")]
        public void BadConnection([QueueTrigger("queue", Connection = "Garbage")] string message)
        {
        }

        [Function("BadBlob")]
        public void BadBlob([BlobTrigger("X/{name}")] string blob)
        {
        }

        [Function("BadSchedule")]
        public void BadSchedule([TimerTrigger("%Bad%")] TimerInfo timer)
        {
        }

        [Function("BadSpan")]
        public void BadSpan([TimerTrigger("0:0:0")] TimerInfo timer)
        {
        }

        [Function("Never")]
        public void Never([TimerTrigger("0 0 0 30 2 *")] TimerInfo timer)
        {
        }
    }
}
