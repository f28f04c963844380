using Drover.Settings;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

public sealed class UpstreamOptionsTests
{
    [Fact]
    public void Defaults_AreAsDocumented()
    {
        var options = new UpstreamOptions();

        Assert.Equal("https://api.openai.com/v1", options.BaseUrl);
        Assert.Equal("", options.ApiKey);
        Assert.Equal("gpt-4o-mini", options.Model);
        Assert.Equal(50, options.Concurrency);
        Assert.Equal(0, options.RequestsPerMinute);
        Assert.Equal(0, options.TokensPerMinute);
        Assert.Equal(TimeSpan.Zero, options.MinimumSpacing);
        Assert.Equal(TimeSpan.FromSeconds(10), options.ConnectTimeout);
        Assert.Equal(TimeSpan.FromMinutes(10), options.CallTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), options.SilenceTimeout);
        Assert.Equal(TimeSpan.FromSeconds(60), options.CoolDown);
        Assert.Equal(2, options.ConnectionRetries);
        Assert.Equal(3 * 1024 * 1024, options.MaxResponseBytes);
        Assert.Empty(options.Faults());
    }

    [Fact]
    public void Faults_ManyBadValues_NamesEverySettingItsValueAndTheRule()
    {
        var options = new UpstreamOptions
        {
            BaseUrl = "ftp://api.example.com",
            ApiKey = "sk-secret value",
            Model = " ",
            Concurrency = 0,
            RequestsPerMinute = -1,
            TokensPerMinute = -7,
            MinimumSpacing = TimeSpan.FromSeconds(-1),
            ConnectTimeout = TimeSpan.Zero,
            CallTimeout = TimeSpan.FromHours(2),
            SilenceTimeout = TimeSpan.FromMilliseconds(-5),
            CoolDown = TimeSpan.FromDays(1),
            ConnectionRetries = 11,
            MaxResponseBytes = 4 * 1024 * 1024,
        };

        Assert.Equal(
            [
                "Drover:Upstream:BaseUrl is 'ftp://api.example.com'; it must be an http or https address such as https://api.openai.com/v1.",
                "Drover:Upstream:ApiKey: key 1 of 1 has white space or other characters that no key has; a key is letters, digits and -._~+/=: alone, and a comma stands between two.",
                "Drover:Upstream:Model is empty; it must name the model for items that name none.",
                "Drover:Upstream:Concurrency is 0; it must be from 1 to 10,000.",
                "Drover:Upstream:RequestsPerMinute is -1; it must be 0 (no limit) or more.",
                "Drover:Upstream:TokensPerMinute is -7; it must be 0 (no limit) or more.",
                "Drover:Upstream:MinimumSpacing is -00:00:01; it must be from zero (none) to one hour, written as hh:mm:ss.",
                "Drover:Upstream:ConnectTimeout is 00:00:00; it must be from 10 ms to one hour, written as hh:mm:ss.",
                "Drover:Upstream:CallTimeout is 02:00:00; it must be from 10 ms to one hour, written as hh:mm:ss.",
                "Drover:Upstream:SilenceTimeout is -00:00:00.0050000; it must be from 10 ms to one hour, written as hh:mm:ss.",
                "Drover:Upstream:ConnectionRetries is 11; it must be from 0 to 10.",
                "Drover:Upstream:CoolDown is 1.00:00:00; it must be from 10 ms to one hour, written as hh:mm:ss.",
                "Drover:Upstream:MaxResponseBytes is 4194304; it must be from 1,024 to 3,145,728.",
            ],
            options.Faults());
    }

    [Theory]
    [InlineData("api.example.com/v1")]
    [InlineData("")]
    [InlineData("/v1")]
    public void Faults_AddressThatIsNotAbsolute_IsNamed(string url) =>
        Assert.Single(new UpstreamOptions { BaseUrl = url }.Faults());

    [Theory]
    [InlineData("https://user:hunter2@api.example.com/v1")]
    [InlineData("https://api.example.com/v1?key=hunter2")]
    public void Faults_AddressWithASecret_IsRefusedWithoutIt(string url) =>
        Assert.DoesNotContain("hunter2", Assert.Single(new UpstreamOptions { BaseUrl = url }.Faults()), StringComparison.Ordinal);

    [Theory]
    [InlineData("sk-é")]
    [InlineData("sk- b")]
    [InlineData("sk-\u007f")]
    public void Faults_KeyThatNoHeaderCarries_IsNamedWithoutTheKey(string key) =>
        Assert.Equal(
            ["Drover:Upstream:ApiKey: key 1 of 1 has white space or other characters that no key has; a key is letters, digits and -._~+/=: alone, and a comma stands between two."],
            new UpstreamOptions { ApiKey = key }.Faults());

    [Fact]
    public void Faults_SeveralKeys_NamesTheOneAtFaultByItsPlace() =>
        Assert.Equal(
            [
                "Drover:Upstream:ApiKey: key 2 of 3 has white space or other characters that no key has; a key is letters, digits and -._~+/=: alone, and a comma stands between two.",
                "Drover:Upstream:ApiKey: key 3 of 3 is there already; each must be there once.",
            ],
            new UpstreamOptions { ApiKey = " sk-a ,\"sk-b\",sk-a" }.Faults());

    [Fact]
    public void Keys_SeveralWithSpaceAround_AreTrimmed() =>
        Assert.Equal(["sk-a", "sk-b"], new UpstreamOptions { ApiKey = " sk-a , sk-b,\n" }.Keys);
}
