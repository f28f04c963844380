using System.Runtime.CompilerServices;
using Drover.Functions.Orchestration;
using Drover.Functions.Tests.Hosting;

namespace Drover.Functions.Tests.Replay;

/// <summary>
/// Batches that run while a new version is deployed are replayed by its code. CONTRIBUTING.md says what to do when one of these fails.
/// </summary>
public sealed class ReplayTests
{
    private static readonly Replayer Replayer = new(Orchestrator.All);

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(RecordedHistory.Folder, "*.json").Select(f => Path.GetFileName(f)!).Order()];

    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public void Replay_RecordedHistory_TheCodeAsksForTheSame(string file)
    {
        foreach (var history in RecordedHistory.Load(Path.Combine(RecordedHistory.Folder, file)))
        {
            if (Replayer.FindDifference(history) is { } difference)
            {
                Assert.Fail($"{file}: {difference} CONTRIBUTING.md says what to do.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Replay_HistoryJustMade_TheCodeAsksForTheSame(string scenario) =>
        Assert.All(await MakeAsync(scenario), h => Assert.Null(Replayer.FindDifference(h)));

    [Fact]
    public void Recorded_AllScenarios_HaveTheirFile() => Assert.Equal(
        Scenarios.All.Keys.Order(),
        Directory.GetFiles(RecordedHistory.Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order()
            .Intersect(Scenarios.All.Keys));

    [Fact]
    public void Recorded_AllOrchestrators_HaveHistoriesThatEndAndHistoriesInTheMiddle()
    {
        var histories = Directory.GetFiles(RecordedHistory.Folder, "*.json").SelectMany(RecordedHistory.Load).ToList();

        Assert.Equal(Orchestrator.All.Keys.Order(), histories.Select(h => h.Name).Distinct().Order());
        Assert.Contains(histories, h => h.Read().OfType<DurableTask.Core.History.ExecutionCompletedEvent>().Any());
        Assert.Contains(histories, h => !h.Read().OfType<DurableTask.Core.History.ExecutionCompletedEvent>().Any());
    }

    /// <summary>Writes the files of the scenarios that have none. To write one anew, remove its file first.</summary>
    [Fact(Explicit = true)]
    public async Task Record()
    {
        foreach (var scenario in Scenarios.All.Keys)
        {
            var path = Path.Combine(SourceFolder(), "..", "Histories", $"{scenario}.json");
            if (!File.Exists(path))
            {
                RecordedHistory.Save(path, await MakeAsync(scenario));
            }
        }
    }

    private static async Task<IReadOnlyList<RecordedHistory>> MakeAsync(string scenario)
    {
        HistoryRecorder? recorder = null;
        await Scenarios.All[scenario](host => recorder = new HistoryRecorder(host));
        // Shards are alike.
        return [.. recorder!.Histories.Where(h => h.Name != nameof(ShardOrchestrator) || h.Instance.Split(':')[1].Length == 1)];
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
