using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Drover.LocalHost.Hosting;
using Drover.LocalRuntime;
using DurableTask.Sqlite;
using Microsoft.Extensions.Logging;

namespace Drover.LocalHost.Tests;

/// <summary>Each capability logs through one class, with event ids of its own block (docs/architecture.md).</summary>
public sealed partial class EventIdTests
{
    private const int BlockSize = 100;
    private const BindingFlags Own =
        BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Assembly[] Assemblies =
        [
            typeof(DroverSettings).Assembly, typeof(Functions.FunctionServices).Assembly, typeof(LocalRuntimeOptions).Assembly,
            typeof(SqliteOrchestrationService).Assembly, typeof(DroverHost).Assembly,
        ];

    private static readonly (MethodInfo Method, int Id)[] Messages =
        [
            .. from assembly in Assemblies
               from type in assembly.GetTypes()
               from method in type.GetMethods(Own)
               let message = method.GetCustomAttribute<LoggerMessageAttribute>()
               where message is not null
               select (method, message.EventId),
        ];

    [Fact]
    public void EventIds_OfAllMessages_AreUnique()
    {
        Assert.True(Messages.Length > 40, $"Only {Messages.Length} messages were found.");
        Assert.Empty(Messages.GroupBy(m => m.Id).Where(id => id.Count() > 1)
            .Select(id => $"{id.Key}: {string.Join(", ", id.Select(m => Name(m.Method)))}"));
    }

    [Fact]
    public void EventIds_OfEachCapability_LieInItsBlock()
    {
        var blocks = Blocks();

        Assert.Equal(blocks.Count, blocks.Values.Distinct().Count());
        Assert.All(blocks.Values, from => Assert.Equal(0, from % BlockSize));
        Assert.Empty(Messages.Where(m => BlockOf(m.Method, blocks) is not { } from || m.Id < from || m.Id >= from + BlockSize)
            .Select(m => $"{Name(m.Method)} has {m.Id}, and its block begins at {BlockOf(m.Method, blocks)}."));
    }

    [Fact]
    public void Messages_OfEachCapability_AreInOneLog()
    {
        var classes = Messages.Select(m => m.Method.DeclaringType!).Distinct().ToList();

        Assert.All(classes, type => Assert.EndsWith("Log", type.Name, StringComparison.Ordinal));
        Assert.Equal(classes.Count, classes.Select(type => type.Namespace).Distinct().Count());
    }

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";

    private static int? BlockOf(MethodInfo method, Dictionary<string, int> blocks) =>
        blocks.TryGetValue(method.DeclaringType!.Namespace!, out var from) ? from : null;

    private static Dictionary<string, int> Blocks([CallerFilePath] string path = "") =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "docs", "architecture.md"))
            .Select(line => Row().Match(line)).Where(row => row.Success)
            .ToDictionary(row => row.Groups[2].Value, row => int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^\| (\d+) \| `([\w.]+)` \|$")]
    private static partial Regex Row();
}
