using Drover.Batches;
using Drover.Settings;

namespace Drover.Tests.Batches;

public sealed class BatchOptionsTests
{
    [Fact]
    public void Defaults_AreAsDocumented()
    {
        var options = new BatchOptions();

        Assert.Equal(400, options.ShardItems);
        Assert.Equal(4 * 1024 * 1024, options.ShardBytes);
        Assert.Equal(16 * 1024 * 1024, options.MaxLineBytes);
        Assert.Equal(16, options.OpenShards);
        Assert.Equal(6, options.MaxPasses);
        Assert.Equal(TimeSpan.FromSeconds(1), options.FirstWait);
        Assert.Equal(TimeSpan.FromSeconds(60), options.LongestWait);
        Assert.Equal(
            (6, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15)), (options.MaxRetries, options.FirstRetry, options.LongestRetry));
        Assert.Equal(TimeSpan.FromMinutes(2), options.PassSlice);
        Assert.Equal(100, options.AppendItems);
        Assert.Equal(TimeSpan.FromMilliseconds(200), options.AppendInterval);
        Assert.Equal(TimeSpan.FromMinutes(4), options.AppendPatience);
        Assert.Equal(TimeSpan.FromHours(24), options.CompletionWindow);
        Assert.Equal("", options.SpoolPath);
        Assert.Empty(options.Faults());
    }

    [Fact]
    public void Faults_ManyBadValues_NamesEverySettingItsValueAndTheRule()
    {
        var options = new BatchOptions
        {
            ShardItems = 0,
            ShardBytes = 1023,
            MaxLineBytes = 300 * 1024 * 1024,
            OpenShards = 101,
            MaxPasses = 0,
            MaxRetries = -1,
            FirstRetry = TimeSpan.Zero,
            LongestRetry = TimeSpan.FromDays(7),
            AppendItems = -1,
            FirstWait = TimeSpan.Zero,
            LongestWait = TimeSpan.FromDays(2),
            PassSlice = TimeSpan.FromMinutes(10),
            AppendInterval = TimeSpan.FromMinutes(2),
            AppendPatience = TimeSpan.Zero,
            CompletionWindow = TimeSpan.FromSeconds(59),
        };

        Assert.Equal(
            [
                "Drover:Batches:ShardItems is 0; it must be from 1 to 10,000.",
                "Drover:Batches:ShardBytes is 1023; it must be from 1,024 to 67,108,864.",
                "Drover:Batches:MaxLineBytes is 314572800; it must be from 1,024 to 268,435,456.",
                "Drover:Batches:OpenShards is 101; it must be from 1 to 100.",
                "Drover:Batches:MaxPasses is 0; it must be from 1 to 1,000.",
                "Drover:Batches:FirstWait is 00:00:00; it must be from 00:00:00.0010000 to 01:00:00, written as d.hh:mm:ss.",
                "Drover:Batches:LongestWait is 2.00:00:00; it must be from 00:00:00 to 1.00:00:00, written as d.hh:mm:ss.",
                "Drover:Batches:MaxRetries is -1; it must be from 0 to 100.",
                "Drover:Batches:FirstRetry is 00:00:00; it must be from 00:00:01 to 1.00:00:00, written as d.hh:mm:ss.",
                "Drover:Batches:LongestRetry is 7.00:00:00; it must be from 00:00:00 to 6.00:00:00, written as d.hh:mm:ss.",
                "Drover:Batches:PassSlice is 00:10:00; it must be from 00:00:01 to 00:09:00, written as d.hh:mm:ss.",
                "Drover:Batches:AppendItems is -1; it must be from 1 to 10,000.",
                "Drover:Batches:AppendInterval is 00:02:00; it must be from 00:00:00.0010000 to 00:01:00, written as d.hh:mm:ss.",
                "Drover:Batches:AppendPatience is 00:00:00; it must be from 00:00:01 to 01:00:00, written as d.hh:mm:ss.",
                "Drover:Batches:CompletionWindow is 00:00:59; it must be from 00:01:00 to 365.00:00:00, written as d.hh:mm:ss.",
            ],
            options.Faults());
    }

    [Fact]
    public void Faults_LongestWaitBelowTheFirst_IsNamed() =>
        Assert.Equal(
            ["Drover:Batches:LongestWait is 00:00:01; it must be from 00:00:05 to 1.00:00:00, written as d.hh:mm:ss."],
            new BatchOptions { FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromSeconds(1) }.Faults());
}
