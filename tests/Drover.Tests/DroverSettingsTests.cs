using System.Text;
using Drover.Budgets;
using Microsoft.Extensions.Configuration;

namespace Drover.Tests;

public sealed class DroverSettingsTests
{
    private const string Secret = "sk-very-secret";
    private const string Missing =
        "AzureWebJobsStorage is not set; it must be a storage connection string, UseDevelopmentStorage=true, or come as AzureWebJobsStorage__blobServiceUri.";

    [Fact]
    public void Read_OnlyStorage_GivesTheDefaults()
    {
        var settings = Read(("AzureWebJobsStorage", "UseDevelopmentStorage=true"));

        Assert.Equal("https://api.openai.com/v1", settings.Upstream.BaseUrl);
        Assert.Equal("", settings.Upstream.ApiKey);
        Assert.Equal(400, settings.Batches.ShardItems);
        Assert.Equal("UseDevelopmentStorage=true", settings.Storage.ConnectionString);
        Assert.Equal("", settings.Storage.BlobServiceUri);
        Assert.Equal("drover", settings.Storage.Container);
        Assert.Equal(DefaultPrices.All.Keys.Order(), settings.Prices.Keys.Order());
    }

    [Fact]
    public void Read_EverySection_IsBound()
    {
        var settings = Read(
            ("Drover:Upstream:Concurrency", "7"),
            ("Drover:upstream:callTimeout", "00:00:05"),
            ("Drover:Batches:ShardItems", "12"),
            ("Drover:Storage:ConnectionString", "mine"),
            ("Drover:Storage:Container", "c"),
            ("Drover:Prices:My-Model:Input", "0.5"),
            ("Drover:Prices:My-Model:Output", "2"),
            ("Drover:Prices:My-Model:CachedInput", "0.25"),
            ("Drover:Prices:gpt-4o:Input", "3"),
            ("Drover:HostKey", "k"),
            ("AzureWebJobsStorage", "other"));

        Assert.Equal((7, TimeSpan.FromSeconds(5)), (settings.Upstream.Concurrency, settings.Upstream.CallTimeout));
        Assert.Equal(12, settings.Batches.ShardItems);
        Assert.Equal(("mine", "c"), (settings.Storage.ConnectionString, settings.Storage.Container));
        Assert.Equal((3m, DefaultPrices.All["gpt-4o"].Output), (settings.Prices["gpt-4o"].Input, settings.Prices["gpt-4o"].Output));
        Assert.Equal((0.5m, 2m, 0.25m), (settings.Prices["my-model"].Input, settings.Prices["my-model"].Output, settings.Prices["my-model"].CachedInput));
    }

    [Fact]
    public void Read_ManyFaults_NamesThemAllAtOnceAndNoKey()
    {
        var exception = Assert.Throws<DroverSettingsException>(() => Read(
            ("Drover:Upstrem:Concurrency", "7"),
            ("Drover:Upstream:Concurency", "7"),
            ("Drover:Upstream:Concurrency", "many"),
            ("Drover:Upstream:CallTimeout", "a minute"),
            ("Drover:Upstream:BaseUrl", "nowhere"),
            ("Drover:Upstream:ApiKey", $"{Secret} {Secret}"),
            ("Drover:Batches:ShardItems", "0"),
            ("Drover:Batches:MaxPasses", "1.5"),
            ("Drover:Storage:Box", "c"),
            ("Drover:Prices:m:Input", "-1"),
            ("Drover:Prices:m:Output", "1"),
            ("Drover:Prices:n:Input", "cheap"),
            ("Drover:Prices:n:Cost", "1")));

        Assert.Equal(
            [
                "Drover:Upstrem is no section of the settings; there are Upstream, Upstreams, Fallbacks, Batches, Storage, Prices, Budgets, Files, Keys, HostKey.",
                "Drover:Upstream:CallTimeout is 'a minute'; it must be a time written as hh:mm:ss.",
                "Drover:Upstream:Concurency is no setting; there are BaseUrl, ApiKey, Model, Concurrency, RequestsPerMinute, TokensPerMinute, MinimumSpacing, ConnectTimeout, CallTimeout, SilenceTimeout, ConnectionRetries, CoolDown, MaxResponseBytes.",
                "Drover:Upstream:Concurrency is 'many'; it must be a whole number.",
                "Drover:Batches:MaxPasses is '1.5'; it must be a whole number.",
                "Drover:Storage:Box is no setting; there are ConnectionString, BlobServiceUri, Container.",
                "Drover:Prices:m has a negative price; prices are US dollars per million tokens, 0 or more.",
                "Drover:Prices:n:Output is not set; a model needs both, in US dollars per million tokens.",
                "Drover:Prices:n:Cost is no setting; there are Input, Output, CachedInput.",
                "Drover:Prices:n:Input is 'cheap'; it must be a number.",
                Missing,
                "Drover:Upstream:BaseUrl is 'nowhere'; it must be an http or https address such as https://api.openai.com/v1.",
                "Drover:Upstream:ApiKey: key 1 of 1 has white space or other characters that no key has; a key is letters, digits and -._~+/=: alone, and a comma stands between two.",
                "Drover:Batches:ShardItems is 0; it must be from 1 to 10,000.",
            ],
            exception.Faults);
        Assert.All(exception.Faults, fault => Assert.Contains(fault, exception.Message));
        Assert.DoesNotContain(Secret, exception.Message);
    }

    [Theory]
    [InlineData("Output", "-0.1")]
    [InlineData("CachedInput", "-0.1")]
    public void Read_NegativePrice_IsNamed(string member, string value)
    {
        var exception = Assert.Throws<DroverSettingsException>(() => Read(("AzureWebJobsStorage", "x"), ($"Drover:Prices:gpt-4o:{member}", value)));

        Assert.Equal(["Drover:Prices:gpt-4o has a negative price; prices are US dollars per million tokens, 0 or more."], exception.Faults);
    }

    [Fact]
    public void Read_NoStorage_IsNamed() => Assert.Equal([Missing], Assert.Throws<DroverSettingsException>(() => Read()).Faults);

    [Fact]
    public void Read_StorageByIdentity_NeedsNoConnectionString()
    {
        var settings = Read(("AzureWebJobsStorage:blobServiceUri", "https://a.blob.core.windows.net"));

        Assert.Equal(("https://a.blob.core.windows.net", ""), (settings.Storage.BlobServiceUri, settings.Storage.ConnectionString));
    }

    [Fact]
    public void Read_NamesOfTheOpenAiSdks_AreTakenWhereOursAreNotSet()
    {
        var settings = Read(("AzureWebJobsStorage", "x"), ("OPENAI_API_KEY", $" {Secret}\n"), ("OPENAI_BASE_URL", "http://localhost:1/v1"));

        Assert.Equal((Secret, "http://localhost:1/v1"), (settings.Upstream.Keys.Single(), settings.Upstream.BaseUrl));
    }

    [Fact]
    public void Read_PricesAsOneJsonValue_AreBoundBesideTheOthers()
    {
        var settings = Read(("AzureWebJobsStorage", "x"), ("Drover:Prices", """{"gpt-4.1":{"Input":1.5},"my.model":{"Input":1,"Output":2}}"""));

        Assert.Equal((1.5m, DefaultPrices.All["gpt-4.1"].Output), (settings.Prices["gpt-4.1"].Input, settings.Prices["gpt-4.1"].Output));
        Assert.Equal((1m, 2m), (settings.Prices["my.model"].Input, settings.Prices["my.model"].Output));
    }

    [Fact]
    public void Read_PricesThatAreNotJson_IsNamed() => Assert.Equal(
        ["""Drover:Prices is not JSON of the form {"MODEL":{"Input":2,"Output":8}}."""],
        Assert.Throws<DroverSettingsException>(() => Read(("AzureWebJobsStorage", "x"), ("Drover:Prices", "cheap"))).Faults);

    [Fact]
    public void Read_OurNames_WinOverThoseOfTheOpenAiSdks()
    {
        var settings = Read(
            ("AzureWebJobsStorage", "x"),
            ("OPENAI_API_KEY", "theirs"),
            ("OPENAI_BASE_URL", "http://theirs/v1"),
            ("Drover:Upstream:ApiKey", "ours"),
            ("Drover:Upstream:BaseUrl", "http://ours/v1"));

        Assert.Equal(("ours", "http://ours/v1"), (settings.Upstream.ApiKey, settings.Upstream.BaseUrl));
    }

    [Theory]
    [InlineData("""{"AzureWebJobsStorage":"x","Drover":{"Upstream":{"ApiKey":null,"Concurrency":null},"Storage":{"BlobServiceUri":null},"Batches":{"SpoolPath":null}}}""")]
    [InlineData("""{"AzureWebJobsStorage":"x","Drover":{"Upstream":{},"Storage":null,"Prices":{}}}""")]
    public void Read_NullInJson_CountsAsNotSet(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));

        var settings = DroverSettings.Read(new ConfigurationBuilder().AddJsonStream(stream).Build());

        Assert.Equal(("", 50), (settings.Upstream.ApiKey, settings.Upstream.Concurrency));
        Assert.Equal(("x", "", ""), (settings.Storage.ConnectionString, settings.Storage.BlobServiceUri, settings.Batches.SpoolPath));
    }

    private static DroverSettings Read(params (string Key, string Value)[] values) => DroverSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build());
}
