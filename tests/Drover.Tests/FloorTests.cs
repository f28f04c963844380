using System.Text.RegularExpressions;

namespace Drover.Tests;

/// <summary>The folders of <c>src/Drover</c> stand on floors: a folder uses only folders on lower ones (docs/architecture.md).</summary>
public sealed partial class FloorTests
{
    private const int MostFiles = 25;

    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Estimates"] = 9,
        ["Uploads"] = 9,
        ["Intake"] = 8,
        ["Retries"] = 8,
        ["Stages"] = 8,
        ["Questions"] = 7,
        ["Shards"] = 7,
        ["Files"] = 6,
        ["Planning"] = 6,
        ["Streams"] = 6,
        ["Tickets"] = 6,
        ["Calls"] = 5,
        ["Inputs"] = 5,
        ["Outcomes"] = 5,
        ["Recipes"] = 5,
        ["Batches"] = 4,
        ["Upstreams"] = 4,
        ["Models"] = 3,
        ["Budgets"] = 2,
        ["Images"] = 2,
        ["OpenAI"] = 2,
        ["Access"] = 1,
        ["Json"] = 1,
        ["Storage"] = 1,
        ["Throttling"] = 1,
        ["Tokens"] = 1,
        ["Webhooks"] = 1,
        ["Bytes"] = 0,
        ["Settings"] = 0,
    };

    [Fact]
    public void Usings_OfEachFolder_LeadDownwards()
    {
        var upward =
            from file in Repository.Sources("src/Drover")
            let folder = Folder(file)
            where folder is not null
            from line in File.ReadLines(file)
            let used = DroverUsing().Match(line) is { Success: true } match ? match.Groups[1].Value : null
            where used is not null && used != folder
                && (!Floors.TryGetValue(used, out var below) || below >= Floors.GetValueOrDefault(folder))
            select $"{Repository.Relative(file)}: {line} (floor {Floors.GetValueOrDefault(folder)} uses floor {Floors.GetValueOrDefault(used)})";

        Assert.Empty(upward);
    }

    [Fact]
    public void Folders_All_HaveAFloor() =>
        Assert.Equal(Floors.Keys.Order(), Repository.Sources("src/Drover").Select(Folder).OfType<string>().Distinct().Order());

    [Fact]
    public void Folders_OfTheProjects_HaveFewFiles()
    {
        var full = Repository.Sources("src").GroupBy(file => Path.GetDirectoryName(Repository.Relative(file)))
            .Where(folder => folder.Count() > MostFiles)
            .Select(folder => $"{folder.Key}: {folder.Count()} files, at most {MostFiles}");

        Assert.Empty(full);
    }

    /// <summary>The folder of <c>src/Drover</c> that a file is in; null for the project's own root.</summary>
    private static string? Folder(string file) => Repository.Relative(file).Split('/') is [_, _, var folder, _, ..] ? folder : null;

    [GeneratedRegex(@"^using Drover\.(\w+)")]
    private static partial Regex DroverUsing();
}
