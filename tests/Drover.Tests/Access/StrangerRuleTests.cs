using Drover.Access;
using Drover.Settings;

namespace Drover.Tests.Access;

public sealed class StrangerRuleTests
{
    private static readonly WebRequest Usual = new("http", "localhost:7071", "GET");

    private readonly StrangerRule _rule = new(new WebAccess { Hosts = "drover.lan, 192.168.1.5", Origins = "https://App.example/" });

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:80")]
    [InlineData("localhost.:7071")]
    [InlineData("console.localhost:7071")]
    [InlineData("127.0.0.1:7071")]
    [InlineData("127.9.9.9")]
    [InlineData("[::1]:7071")]
    [InlineData("[::1]")]
    [InlineData("drover.lan:7071")]
    [InlineData("192.168.1.5:7071")]
    public void Check_ANameOfTheHost_Passes(string host) => Assert.Null(_rule.Check(Usual with { Host = host }));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:7071")]
    [InlineData("localhost.evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("192.168.1.6")]
    [InlineData("0.0.0.0")]
    [InlineData("[::2]:80")]
    [InlineData("")]
    public void Check_AnotherName_IsRefusedWithWhatToSet(string host)
    {
        var refusal = _rule.Check(Usual with { Host = host })!.Value;

        Assert.Equal((403, "host_not_allowed"), (refusal.Status, refusal.Code));
        Assert.Contains("Drover:Web:Hosts", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:7071", true)]
    [InlineData("https://app.example", true)]
    [InlineData("https://localhost:7071", false)]
    [InlineData("http://localhost:3000", false)]
    [InlineData("http://localhost", false)]
    [InlineData("null", false)]
    [InlineData("https://app.example:8443", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("", false)]
    public void Check_AnOrigin_MustBeTheHostsOwnOrBeNamed(string origin, bool passes)
    {
        var refusal = _rule.Check(Usual with { Method = "POST", Origin = origin });

        Assert.Equal(passes, refusal is null);
        Assert.True(passes || refusal is { Status: 403, Code: "origin_not_allowed" });
    }

    [Theory]
    [InlineData("cross-site", "GET", "no-cors", "image", false)]
    [InlineData("same-site", "GET", "cors", "empty", false)]
    [InlineData("cross-site", "POST", "navigate", "document", false)]
    [InlineData("cross-site", "GET", "navigate", "iframe", false)]
    [InlineData("cross-site", "GET", "navigate", "document", true)]
    [InlineData("same-origin", "POST", "cors", "empty", true)]
    [InlineData("none", "GET", "navigate", "document", true)]
    public void Check_WhatTheBrowserSays_Counts(string site, string method, string mode, string target, bool passes) => Assert.Equal(
        passes, _rule.Check(Usual with { Method = method, FetchSite = site, FetchMode = mode, FetchTarget = target }) is null);

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/x-ndjson", true)]
    [InlineData("application/vnd.api+json", true)]
    [InlineData("text/plain", false)]
    [InlineData("Text/Plain; charset=utf-8", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Check_ABody_IsOfATypeThatNoPageSendsUnasked(string? type, bool passes)
    {
        var post = Usual with { Method = "POST", HasBody = true, ContentType = type };

        Assert.Equal(passes, _rule.Check(post) is null);
        Assert.Null(_rule.Check(post with { TakesForms = true }));
        Assert.Null(_rule.Check(post with { HasBody = false }));
    }

    [Fact]
    public void Faults_NamesAndOriginsThatAreNone_AreNamed()
    {
        IOptionsSection web = new WebAccess { Hosts = "a b, ok.example", Origins = "app.example, https://x.example/path" };

        Assert.Equal(3, web.Faults().Count());
    }
}
