using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;
using Newtonsoft.Json;

namespace DurableTask.Sqlite.Tests;

public sealed class EventCodecTests
{
    private static readonly OrchestrationInstance Instance = new() { InstanceId = "i", ExecutionId = "e" };
    private static readonly FailureDetails Failure = new(
        "System.IO.IOException", "disk", "at X", new FailureDetails("A", "b", null, null, false), true);

    public static TheoryData<HistoryEvent> Events =>
    [
        new ExecutionStartedEvent(-1, "\"2030-01-01T00:00:00Z\"")
        {
            Name = "N", Version = "1", OrchestrationInstance = Instance, Tags = new Dictionary<string, string> { ["a"] = "b" },
            ParentInstance = new ParentInstance { Name = "P", OrchestrationInstance = Instance, TaskScheduleId = 3 },
            ScheduledStartTime = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        },
        new ExecutionCompletedEvent(2, "out", OrchestrationStatus.Failed, Failure),
        new ExecutionTerminatedEvent(-1, "why"),
        new ExecutionSuspendedEvent(-1, "why"),
        new ExecutionResumedEvent(-1, "why"),
        new ContinueAsNewEvent(4, "in"),
        new TaskScheduledEvent(1, "A", null, "[1]"),
        new TaskScheduledEvent(1, "A", "2", "[1]") { Tags = new Dictionary<string, string> { ["a"] = "b" } },
        new TaskCompletedEvent(-1, 1, "{}"),
        new TaskFailedEvent(-1, 1, "reason", "details", Failure),
        new SubOrchestrationInstanceCreatedEvent(5) { Name = "N", InstanceId = "c", Input = "1", Version = "v" },
        new SubOrchestrationInstanceCompletedEvent(-1, 5, "result"),
        new SubOrchestrationInstanceFailedEvent(-1, 5, "reason", null, Failure),
        new TimerCreatedEvent(6, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
        new TimerFiredEvent(-1, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc)) { TimerId = 6 },
        new OrchestratorStartedEvent(-1),
        new OrchestratorCompletedEvent(-1),
        new EventSentEvent(7) { InstanceId = "o", Name = "n", Input = "1" },
        new EventRaisedEvent(-1, "\"x\"") { Name = "n" },
        new GenericEvent(8, "data"),
    ];

    [Theory]
    [MemberData(nameof(Events), DisableDiscoveryEnumeration = true)]
    public void Decode_WhatWasEncoded_IsTheSame(HistoryEvent e)
    {
        e.Timestamp = new DateTime(2029, 12, 31, 23, 59, 59, DateTimeKind.Utc);

        var decoded = EventCodec.Decode(EventCodec.Encode(e));

        Assert.Equal(e.GetType(), decoded.GetType());
        Assert.Equal(JsonConvert.SerializeObject(e), JsonConvert.SerializeObject(decoded));
    }

    [Fact]
    public void Deserialize_WhatWasSerialized_IsTheSame()
    {
        HistoryEvent[] events = [.. Events.Select(row => row.Data)];
        Array.ForEach(events, e => e.Timestamp = new DateTime(2029, 12, 31, 23, 59, 59, 123, DateTimeKind.Utc));

        var read = EventCodec.Deserialize(EventCodec.Serialize(events));

        Assert.Equal(events.Select(e => e.GetType()), read.Select(e => e.GetType()));
        Assert.Equal(JsonConvert.SerializeObject(events), JsonConvert.SerializeObject(read));
    }

    [Theory]
    [InlineData("", "The history is not a JSON array: ")]
    [InlineData("{}", "The history is not a JSON array: ")]
    [InlineData("[1]", "Event 0 of the history has no known EventType.")]
    [InlineData("[{}]", "Event 0 of the history has no known EventType.")]
    [InlineData("""[{"EventType":12,"EventId":-1},{"EventType":99}]""", "Event 1 of the history has no known EventType.")]
    [InlineData("""[{"EventType":"x"}]""", "Event 0 of the history has no known EventType.")]
    [InlineData("""[{"EventType":12345678901}]""", "Event 0 of the history cannot be read: ")]
    [InlineData("""[{"EventType":12,"EventId":"x"}]""", "Event 0 of the history cannot be read: ")]
    public void Deserialize_NoHistory_SaysWhichEvent(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<FormatException>(() => EventCodec.Deserialize(text)).Message);

    [Theory]
    [InlineData(0, "{")]
    [InlineData(0, null)]
    [InlineData(99, "{}")]
    [InlineData(99, null)]
    public void Decode_DamagedRow_SaysWhichKind(int kind, string? more) =>
        Assert.StartsWith($"A stored event of kind {kind} ", Assert.Throws<FormatException>(
            () => EventCodec.Decode(new(kind, 0, 0, null, null, 0, 0, more))).Message);

    [Fact]
    public void Encode_TypeNamesInTheText_AreNotFollowed()
    {
        var row =
            EventCodec.Encode(
                new GenericEvent(1, "x")) with
            {
                More = """{"$type":"System.IO.FileInfo, System.Private.CoreLib","EventId":1,"Data":"x"}""",
            };

        Assert.IsType<GenericEvent>(EventCodec.Decode(row));
    }
}
