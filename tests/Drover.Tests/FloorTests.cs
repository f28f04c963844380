using System.Runtime.CompilerServices;
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
        ["Settings"] = 0,
    };

    [Fact]
    public void Usings_OfEachFolder_LeadDownwards()
    {
        var upward =
            from file in Sources("src/Drover")
            let folder = Folder(file)
            where folder is not null
            from line in File.ReadLines(file)
            let used = DroverUsing().Match(line) is { Success: true } match ? match.Groups[1].Value : null
            where used is not null && used != folder
                && (!Floors.TryGetValue(used, out var below) || below >= Floors.GetValueOrDefault(folder))
            select $"{Relative(file)}: {line} (floor {Floors.GetValueOrDefault(folder)} uses floor {Floors.GetValueOrDefault(used)})";

        Assert.Empty(upward);
    }

    [Fact]
    public void Folders_All_HaveAFloor() =>
        Assert.Equal(Floors.Keys.Order(), Sources("src/Drover").Select(Folder).OfType<string>().Distinct().Order());

    [Fact]
    public void Folders_OfTheProjects_HaveFewFiles()
    {
        var full = Sources("src").GroupBy(file => Path.GetDirectoryName(Relative(file))).Where(folder => folder.Count() > MostFiles)
            .Select(folder => $"{folder.Key}: {folder.Count()} files, at most {MostFiles}");

        Assert.Empty(full);
    }

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    private static string Relative(string file) => Path.GetRelativePath(Root(), file).Replace('\\', '/');

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Relative(file).Split('/').Any(part => part is "obj" or "bin" or "node_modules"));

    /// <summary>The folder of <c>src/Drover</c> that a file is in; null for the project's own root.</summary>
    private static string? Folder(string file) => Relative(file).Split('/') is [_, _, var folder, _, ..] ? folder : null;

    [GeneratedRegex(@"^using Drover\.(\w+)")]
    private static partial Regex DroverUsing();
}
