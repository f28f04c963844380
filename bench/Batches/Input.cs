using System.Globalization;

namespace Drover.Bench;

/// <summary>An input of request lines.</summary>
internal static class Input
{
    public static string Write(int count)
    {
        var path = Path.GetTempFileName();
        using var writer = new StreamWriter(path);
        for (var i = 0; i < count; i++)
        {
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $$$"""{"custom_id":"i{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Drovers walked cattle over the hills to the markets of the south. They knew the roads, the fords and the inns, and they carried news and money as well. Number {{{i}}}."}]}}"""));
            writer.Write('\n');
        }

        return path;
    }
}
