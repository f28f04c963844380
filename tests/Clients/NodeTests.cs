namespace Drover.Clients.Tests;

/// <summary>npm <c>openai</c>, <c>ai</c>, <c>@langchain/openai</c> and three SSE clients, unmodified, against Drover.</summary>
public sealed class NodeTests(ServedDrover drover)
{
    [Fact]
    public Task Files_UploadedListedReadAndDeleted_AreAsTheSdkExpects() => NodeScript.RunAsync("files", drover.BaseAddress);

    [Fact]
    public Task Batch_ToTheEnd_GivesOutputCountsAndUsage() => NodeScript.RunAsync("batch", drover.BaseAddress);

    [Fact]
    public Task Batch_WhoseCreationIsTriedAgain_IsOneBatch() => NodeScript.RunAsync("retried-create", drover.BaseAddress);

    [Fact]
    public Task Batch_CancelledWhileItRuns_EndsWithinSeconds() => NodeScript.RunAsync("cancel", drover.BaseAddress);

    [Fact]
    public async Task Batch_OfResponses_IsTheSameWithAndWithoutTheRouteUpstream()
    {
        var options = drover.Simulator.Options;
        await NodeScript.RunAsync("responses", drover.BaseAddress, argument: "own");
        try
        {
            drover.Simulator.Options = options with { NoResponses = true };
            await NodeScript.RunAsync("responses", drover.BaseAddress, argument: "chat");
        }
        finally
        {
            drover.Simulator.Options = options; // Other tests share the simulator.
        }
    }

    [Fact]
    public async Task Batch_WhoseFailuresAreRetried_HasResultsInstead()
    {
        var options = drover.Simulator.Options;
        try
        {
            drover.Simulator.Options = options with { Models = [.. options.Models.Where(m => m.Name != "claude-3.5-sonnet")] };
            await NodeScript.RunAsync("retry", drover.BaseAddress, argument: "before");
        }
        finally
        {
            drover.Simulator.Options = options; // Other tests share the simulator.
        }

        await NodeScript.RunAsync("retry", drover.BaseAddress, argument: "after");
    }

    [Fact]
    public Task Batch_WithABadInput_FailsWithItsErrors() => NodeScript.RunAsync("validation", drover.BaseAddress);

    [Fact]
    public Task BadRequests_AreTheSdksTypedErrors() => NodeScript.RunAsync("errors", drover.BaseAddress);

    [Fact]
    public Task AFileOf5Megabytes_SentAsAStream_ArrivesWhole() => NodeScript.RunAsync("large-upload", drover.BaseAddress);

    [Fact]
    public Task Models_ListedAndFound_AreTheUpstreams() => NodeScript.RunAsync("models", drover.BaseAddress);

    [Fact]
    public Task Chat_ByTheAiSdk_IsTextStreamToolCallAndObject() => NodeScript.RunAsync("ai-sdk", drover.BaseAddress);

    [Fact]
    public Task Chat_ByLangChain_IsTextStreamToolCallAndObject() => NodeScript.RunAsync("langchain", drover.BaseAddress);

    [Fact]
    public Task Streams_ReadByClientsThatLoseTheirConnection_AreWholeAndUnrepeated() =>
        NodeScript.RunAsync("sse-clients", drover.BaseAddress);
}
