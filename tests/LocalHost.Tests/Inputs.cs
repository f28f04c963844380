using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Drover.LocalHost.Tests;

/// <summary>Inputs for tests.</summary>
internal static class Inputs
{
    /// <summary>Texts as they stand, so that Japanese has three bytes a character.</summary>
    public static JsonSerializerOptions Readable { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>So many request lines, each with a body of its own.</summary>
    public static string Requests(int count, string model = "gpt-4o-mini")
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(
                $$$"""{"custom_id":"i{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"{{{model}}}","messages":[{"role":"user","content":"Write one line about number {{{i}}}."}]}}""")
                .Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The ids of the lines in a result file; the order is not that of the input.</summary>
    public static List<string?> IdsIn(string path) =>
        File.Exists(path)
            ? [.. File.ReadLines(path).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("custom_id").GetString())]
            : [];

    /// <summary>Checks that every one of <paramref name="count"/> ids has exactly one line in results or errors.</summary>
    public static void AssertEachOnce(TestFolder folder, string name, int count)
    {
        var ids = IdsIn(folder.File($"{name}.results.jsonl")).Concat(IdsIn(folder.File($"{name}.errors.jsonl"))).ToList();
        Assert.Equal(count, ids.Count);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"i{i}").Order(), ids.Order());
    }
}
