using System.Reflection;
using Drover.Batches;
using Drover.Calls;
using Drover.Files;
using Drover.Settings;
using Drover.Streams;
using Drover.Webhooks;

namespace Drover.Tests.Settings;

public sealed class RuleCheckerTests
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(0xfffffffe);

    /// <summary>Times that are compared with the clock; no timer waits for them.</summary>
    private static readonly string[] ComparedOnly =
        [
            "BatchOptions.CompletionWindow", "BatchOptions.HistoryRetention", "CacheOptions.Expiry", "StreamOptions.Retention",
        ];

    [Fact]
    public void Durations_OfAllOptions_HaveARuleThatEveryTimerCanKeep()
    {
        var durations = OptionsTypes().SelectMany(type => type.GetProperties()).Where(p => p.PropertyType == typeof(TimeSpan)).ToList();
        var tooLong = durations.Where(p => (p.GetCustomAttribute<DurationAttribute>()?.Most ?? RuleOfStreams(p)) > LongestTimer)
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}");

        Assert.True(durations.Count > 15, $"Only {durations.Count} durations were found.");
        Assert.Equal(ComparedOnly, tooLong.Order());
    }

    [Fact]
    public void Faults_DefaultsOfAllOptions_AreNone() =>
        Assert.Empty(OptionsTypes().SelectMany(type => ((IOptionsSection)Activator.CreateInstance(type)!).Faults()));

    [Fact]
    public void Faults_Files_AreNamedWithTheirRules() => Assert.Equal(
        [
            "Drover:Files:MaxBytes is 1; it must be from 1,024 to 209,715,200,000.",
            "Drover:Files:MaxLines is 0; it must be from 1 to 100,000,000.",
        ],
        new UploadOptions { MaxBytes = 1, MaxLines = 0 }.Faults());

    [Fact]
    public void Faults_Streams_AreNamedWithTheirRules() => Assert.Equal(
        [
            "Drover:Streams:Retention is 00:00:59; it must be from one minute to a year, written as d.hh:mm:ss.",
            "Drover:Streams:ReconnectTries is 101; it must be from 0 to 100.",
            "Drover:Streams:Continuation is 9; there are Assistant, PrefixFlag, ContinueFinalMessage, Off.",
            "Drover:Streams:ReconnectDelay is 03:00:00; it must be from 1 ms to LongestReconnectDelay (02:00:00).",
            "Drover:Streams:LongestReconnectDelay is 02:00:00; it must be at most one hour.",
        ],
        new StreamOptions
        {
            Retention = TimeSpan.FromSeconds(59),
            ReconnectTries = 101,
            Continuation = (Continuation)9,
            ReconnectDelay = TimeSpan.FromHours(3),
            LongestReconnectDelay = TimeSpan.FromHours(2),
        }.Faults());

    [Fact]
    public void Faults_CacheAndHistory_AreNamedWithTheirRules()
    {
        Assert.Equal(
            ["Drover:Cache:Expiry is 00:00:00; it must be from 00:00:01 to 3650.00:00:00, written as d.hh:mm:ss."],
            new CacheOptions { Expiry = TimeSpan.Zero }.Faults());
        Assert.Equal(
            ["Drover:Batches:HistoryRetention is 00:59:00; it must be from 01:00:00 to 3650.00:00:00, written as d.hh:mm:ss."],
            new BatchOptions { HistoryRetention = TimeSpan.FromMinutes(59) }.Faults());
    }

    [Fact]
    public void Faults_Webhooks_AreNamedWithTheirRules()
    {
        const string NoSecret = "Drover:Webhooks:Secret is not 'whsec_' and 24 to 64 bytes in base64; messages are signed with it.";

        Assert.Equal(
            ["Drover:Webhooks:Url is 'x'; it must be an http or https address.", NoSecret], new WebhookOptions { Url = "x" }.Faults());
        Assert.Equal([NoSecret], new WebhookOptions { Url = "https://example.org", Secret = "x" }.Faults());
        Assert.Empty(new WebhookOptions { Secret = "x" }.Faults());
    }

    // The rules of these two concern each other and stand in a method; the longer of them is at most an hour.
    private static TimeSpan RuleOfStreams(PropertyInfo property)
    {
        Assert.Equal(typeof(StreamOptions), property.DeclaringType);
        var options = new StreamOptions();
        property.SetValue(options, LongestTimer + TimeSpan.FromTicks(1));
        return options.Faults().Any() ? LongestTimer : TimeSpan.MaxValue;
    }

    private static IEnumerable<Type> OptionsTypes() =>
        typeof(IOptionsSection).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IOptionsSection)));
}
