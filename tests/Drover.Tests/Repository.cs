using System.Runtime.CompilerServices;

namespace Drover.Tests;

/// <summary>The source files of the repository, for the tests that hold its rules.</summary>
internal static class Repository
{
    public static string Relative(string file) => Path.GetRelativePath(Root(), file).Replace('\\', '/');

    /// <summary>All C# files below a folder, but for what builds have left there.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Relative(file).Split('/').Any(part => part is "obj" or "bin" or "node_modules"));

    /// <summary>Nothing breaks a rule; if something does, all of it is named.</summary>
    public static void AssertNone(IEnumerable<string> faults)
    {
        var all = faults.Order(StringComparer.Ordinal).ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static string Root([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
