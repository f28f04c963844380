using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Drover.LocalRuntime.Tests.Hosting;

public sealed class HostJsonTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("""{ "version": "2.0" }""")]
    public void Read_OfNothing_GivesTheDefaultsOfFunctions(string? json)
    {
        var (host, errors) = Read(json);

        Assert.Empty(errors);
        Assert.Equal("api", host.RoutePrefix);
        Assert.Null(host.FunctionTimeout);
        Assert.Null(host.MaxConcurrentActivities);
        Assert.Null(host.MaxConcurrentOrchestrations);
        Assert.Equal(
            new QueueSettings
            {
                BatchSize = 16,
                NewBatchThreshold = 8,
                MaxDequeueCount = 5,
                MaxPollingInterval = TimeSpan.FromMinutes(1),
                VisibilityTimeout = TimeSpan.Zero,
                MessageEncoding = QueueMessageEncoding.Base64,
            },
            host.Queues);
        Assert.Equal(new BlobSettings { MaxDegreeOfParallelism = 8 * Environment.ProcessorCount, PoisonBlobThreshold = 5 }, host.Blobs);
    }

    [Fact]
    public void Read_OfEverySetting_TakesIt()
    {
        var (host, errors) = Read(
            """
            {
              // comments and trailing commas are allowed
              "version": "2.0",
              "functionTimeout": "00:10:00",
              "extensions": {
                "http": { "routePrefix": "v1" },
                "queues": {
                  "batchSize": 4, "newBatchThreshold": 0, "maxDequeueCount": 2,
                  "maxPollingInterval": "00:00:02", "visibilityTimeout": "00:00:30", "messageEncoding": "none",
                },
                "blobs": { "maxDegreeOfParallelism": 3, "poisonBlobThreshold": 2 },
                "durableTask": { "maxConcurrentActivityFunctions": 7, "maxConcurrentOrchestratorFunctions": 6 },
              },
            }
            """);

        Assert.Empty(errors);
        Assert.Equal(
            new HostSettings
            {
                RoutePrefix = "v1",
                FunctionTimeout = TimeSpan.FromMinutes(10),
                MaxConcurrentActivities = 7,
                MaxConcurrentOrchestrations = 6,
                Queues = new QueueSettings
                {
                    BatchSize = 4,
                    NewBatchThreshold = 0,
                    MaxDequeueCount = 2,
                    MaxPollingInterval = TimeSpan.FromSeconds(2),
                    VisibilityTimeout = TimeSpan.FromSeconds(30),
                    MessageEncoding = QueueMessageEncoding.None,
                },
                Blobs = new BlobSettings { MaxDegreeOfParallelism = 3, PoisonBlobThreshold = 2 },
            },
            host);
    }

    [Fact]
    public void Read_WithAppSettings_LetsThemOverrideTheFile()
    {
        var (host, errors) = Read(
            """{ "version": "2.0", "extensions": { "queues": { "batchSize": 4 } } }""",
            new() { ["AzureFunctionsJobHost:extensions:queues:batchSize"] = "12", ["AzureFunctionsJobHost:functionTimeout"] = "-1" });

        Assert.Empty(errors);
        Assert.Equal((12, 6, null), (host.Queues.BatchSize, host.Queues.NewBatchThreshold, host.FunctionTimeout));
    }

    [Fact]
    public void Read_OfManyBadValues_ReportsAllNamingFileSettingValueAndRule()
    {
        var (_, errors) = Read(
            """
            {
              "version": "3",
              "functionTimeout": "10",
              "extensions": {
                "queues": {
                  "batchSize": 33, "newBatchThreshold": -1, "maxDequeueCount": "many",
                  "maxPollingInterval": "soon", "visibilityTimeout": "-00:00:01", "messageEncoding": "2"
                },
                "blobs": { "maxDegreeOfParallelism": 0, "poisonBlobThreshold": 0 },
                "durableTask": { "maxConcurrentActivityFunctions": 0, "maxConcurrentOrchestratorFunctions": 1.5 }
              }
            }
            """);

        Assert.Equal(
            """
            host.json: version is '3'; it must be 2.0.
            host.json: functionTimeout is '10'; it must be a time span such as 00:05:00, from 00:00:01 to 24.00:00:00.
            host.json: extensions.durableTask.maxConcurrentActivityFunctions is '0'; it must be a whole number from 1.
            host.json: extensions.durableTask.maxConcurrentOrchestratorFunctions is '1.5'; it must be a whole number from 1.
            host.json: extensions.queues.batchSize is '33'; it must be a whole number from 1 to 32.
            host.json: extensions.queues.maxPollingInterval is 'soon'; it must be a time span such as 00:05:00, from 00:00:00.1000000 to 1.00:00:00.
            host.json: extensions.queues.visibilityTimeout is '-00:00:01'; it must be a time span such as 00:05:00, from 00:00:00 to 7.00:00:00.
            host.json: extensions.queues.newBatchThreshold is '-1'; it must be a whole number from 0 to 1000.
            host.json: extensions.queues.maxDequeueCount is 'many'; it must be a whole number from 1.
            host.json: extensions.queues.messageEncoding is '2'; it must be one of none, base64.
            host.json: extensions.blobs.maxDegreeOfParallelism is '0'; it must be a whole number from 1 to 10000.
            host.json: extensions.blobs.poisonBlobThreshold is '0'; it must be a whole number from 1.
            """,
            string.Join('\n', errors));
    }

    [Fact]
    public void Load_OfWhatIsNotJson_SaysWhere()
    {
        var (_, errors) = Read("{ \"version\": \"2.0\"\n oops");

        var error = Assert.Single(errors);
        Assert.StartsWith("host.json: cannot be read: ", error);
        Assert.Contains("LineNumber: 1", error);
    }

    private static (HostSettings Host, List<string> Errors) Read(string? json, Dictionary<string, string?>? appSettings = null)
    {
        var folder = Directory.CreateTempSubdirectory("drover-host-json-");
        try
        {
            var path = Path.Combine(folder.FullName, "host.json");
            if (json is not null)
            {
                File.WriteAllText(path, json);
            }

            var errors = new List<string>();
            var values = HostJson.Load(path, new ConfigurationBuilder().AddInMemoryCollection(appSettings ?? []).Build(), errors);
            return (HostJson.Read(path, values, errors), errors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
