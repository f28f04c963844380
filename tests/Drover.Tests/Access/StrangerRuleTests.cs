using Drover.Access;
using Drover.Settings;

namespace Drover.Tests.Access;

public sealed class StrangerRuleTests
{
    private static readonly WebRequest Usual = new("http", "localhost:7071", "GET", "/api/batches/x");

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
    [InlineData("cross-site", "GET", "no-cors", "image", false, false)]
    [InlineData("same-site", "GET", "cors", "empty", false, false)]
    [InlineData("cross-site", "POST", "navigate", "document", false, false)]
    [InlineData("cross-site", "GET", "navigate", "iframe", false, false)]
    [InlineData("cross-site", "GET", "navigate", "document", true, false)]
    [InlineData("anything", "GET", "cors", "empty", false, false)]
    [InlineData("", "GET", "cors", "empty", false, false)]
    [InlineData("same-origin", "POST", "cors", "empty", true, true)]
    [InlineData("none", "GET", "navigate", "document", true, true)]
    public void Check_WhatTheBrowserSays_Counts(string site, string method, string mode, string target, bool opensPages, bool usesApi)
    {
        var request = Usual with { Method = method, FetchSite = site, FetchMode = mode, FetchTarget = target };

        foreach (var path in (string[])["/", "/index.html", "/apiary", "/v10"])
        {
            Assert.Equal(opensPages, _rule.Check(request with { Path = path }) is null);
        }

        foreach (var path in (string[])["/api", "/API/batches", "/v1/files", "/V1"])
        {
            Assert.Equal(usesApi, _rule.Check(request with { Path = path }) is null);
        }
    }

    [Fact]
    public void Check_AnOriginOfOursWithAnotherSite_IsRefused()
    {
        var request = Usual with { Origin = "http://localhost:7071" };

        Assert.Null(_rule.Check(request with { FetchSite = "same-origin" }));
        Assert.Equal("origin_not_allowed", _rule.Check(request with { FetchSite = "cross-site" })?.Code);
        Assert.Null(_rule.Check(request with { FetchSite = "cross-site", Origin = "https://app.example" }));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "application/json", true)]
    [InlineData("/v1/chat/completions", "Application/JSON; charset=utf-8", true)]
    [InlineData("/v1/chat/completions", "application/vnd.api+json", true)]
    [InlineData("/v1/chat/completions", "application/x-ndjson", false)]
    [InlineData("/v1/chat/completions", "application/xml", false)]
    [InlineData("/v1/chat/completions", "text/plain", false)]
    [InlineData("/v1/chat/completions", "Text/Plain; charset=utf-8", false)]
    [InlineData("/v1/chat/completions", "text/plain; application/json", false)]
    [InlineData("/v1/chat/completions", "text/plain, application/json", false)]
    [InlineData("/v1/chat/completions", "application/x-www-form-urlencoded", false)]
    [InlineData("/v1/chat/completions", "multipart/form-data; boundary=x", false)]
    [InlineData("/v1/chat/completions", "", false)]
    [InlineData("/v1/chat/completions", null, false)]
    [InlineData("/api/batches", "application/jsonl", true)]
    [InlineData("/api/batches/", "application/x-ndjson", true)]
    [InlineData("/api/batches", "text/plain", false)]
    [InlineData("/api/batches/x/retry", "application/jsonl", false)]
    [InlineData("/v1/files", "multipart/form-data; boundary=x", true)]
    [InlineData("/v1/files/x", "multipart/form-data; boundary=x", false)]
    public void Check_ABody_IsOfATypeThatTheRouteTakes(string path, string? type, bool passes)
    {
        var post = Usual with { Method = "POST", Path = path, HasBody = true, ContentType = type };

        Assert.Equal(passes, _rule.Check(post) is null);
        Assert.True(passes || _rule.Check(post) is { Status: 415 });
        Assert.Null(_rule.Check(post with { HasBody = false }));
        Assert.Null(_rule.Check(post with { NeedsKey = true }));
    }

    [Fact]
    public void Check_WhereAKeyIsAskedFor_TheNameIsFreeAndTheOriginIsNot()
    {
        var request = Usual with { NeedsKey = true, Host = "drover.lan" };

        Assert.Null(_rule.Check(request with { Host = "evil.example" }));
        Assert.Null(_rule.Check(request with { Origin = "https://drover.lan" }));
        Assert.Null(_rule.Check(request with { Origin = "https://app.example" }));
        Assert.Equal("origin_not_allowed", _rule.Check(request with { Origin = "https://evil.example" })?.Code);
        Assert.Equal("origin_not_allowed", _rule.Check(request with { Origin = "null" })?.Code);
        Assert.Equal("origin_not_allowed", _rule.Check(request with { FetchSite = "cross-site" })?.Code);
    }

    [Fact]
    public void Faults_NamesAndOriginsThatAreNone_AreNamed()
    {
        var web = new WebAccess { Hosts = "a b, ok.example", Origins = "app.example, https://x.example/path" };

        Assert.Equal(3, ((IOptionsSection)web).Faults().Count());
    }
}
