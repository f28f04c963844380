namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class BlobPatternTests
{
    [Theory]
    [InlineData("images/{name}", "a.jpg", "name=a.jpg")]
    [InlineData("images/{name}", "deep/er/a.jpg", "name=deep/er/a.jpg")]
    [InlineData("images/in/{name}.{ext}", "in/a.b.jpg", "name=a.b ext=jpg")]
    [InlineData("images/in/{name}.{ext}", "in/ajpg", null)]
    [InlineData("images/in/{name}.{ext}", "out/a.jpg", null)]
    [InlineData("images/{date}/{name}.jsonl", "2026-01-01/x.jsonl", "date=2026-01-01 name=x")]
    [InlineData("images/{date}/{name}.jsonl", "2026-01-01/x.jsonl.tmp", null)]
    [InlineData("images/{{{name}}}", "{a}", "name=a")]
    [InlineData("images/a+(b).txt", "a+(b).txt", "")]
    [InlineData("images/a+(b).txt", "aa(b).txt", null)]
    [InlineData("images", "anything/at all", "")]
    [InlineData("images/{name}", "line\nbreak", "name=line\nbreak")]
    public void Match_OfABlobName_GivesWhatThePartsStandFor(string path, string blob, string? expected)
    {
        var parts = BlobPattern.Parse(path).Match(blob);

        Assert.Equal(expected, parts is null ? null : string.Join(' ', parts.Select(part => $"{part.Key}={part.Value}")));
    }

    [Theory]
    [InlineData("images/in/{name}.{ext}", "images", "in/")]
    [InlineData("images/{name}", "images", "")]
    [InlineData("images/{{a}}/{name}", "images", "{a}/")]
    [InlineData("images/a.txt", "images", "a.txt")]
    [InlineData("images", "images", "")]
    public void Prefix_OfAPath_IsWhatEveryBlobBeginsWith(string path, string container, string prefix)
    {
        var pattern = BlobPattern.Parse(path);

        Assert.Equal((container, prefix), (pattern.Container, pattern.Prefix));
    }

    [Theory]
    [InlineData("Images/{name}", "its container 'Images' must have 3 to 63 lower-case letters, digits and single dashes, and begin and end with a letter or digit")]
    [InlineData("{name}/x", "its container '{name}' must have 3 to 63 lower-case letters, digits and single dashes, and begin and end with a letter or digit")]
    [InlineData("images/{name}/{NAME}", "it names {NAME} twice")]
    [InlineData("images/{name", "it has a '{' that belongs to no {name}")]
    [InlineData("images/name}", "it has a '}' that belongs to no {name}")]
    public void Parse_OfABadPath_SaysWhatIsWrong(string path, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => BlobPattern.Parse(path)).Message);
}
