using System.Text;
using Drover.Models;
using Drover.Settings;
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
        Assert.Equal(KnownModels.All.Keys.Order(), settings.Models.Entries.Keys.Order());
        Assert.Empty(settings.Models.Configured);
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
            ("Drover:Models:My-Model:Input", "0.5"),
            ("Drover:Models:My-Model:Output", "2"),
            ("Drover:Models:My-Model:CachedInput", "0.25"),
            ("Drover:Models:gpt-4o:Input", "3"),
            ("Drover:HostKey", "k"),
            ("AzureWebJobsStorage", "other"));

        Assert.Equal((7, TimeSpan.FromSeconds(5)), (settings.Upstream.Concurrency, settings.Upstream.CallTimeout));
        Assert.Equal(12, settings.Batches.ShardItems);
        Assert.Equal(("mine", "c"), (settings.Storage.ConnectionString, settings.Storage.Container));
        Assert.Equal(
            (3m, KnownModels.All["gpt-4o"].Output), (settings.Models.Entries["gpt-4o"].Input, settings.Models.Entries["gpt-4o"].Output));
        Assert.Equal(
            (0.5m, 2m, 0.25m),
            (settings.Models.Entries["my-model"].Input, settings.Models.Entries["my-model"].Output,
                settings.Models.Entries["my-model"].CachedInput));
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
            ("Drover:Models:m:Input", "-1"),
            ("Drover:Models:m:Output", "1"),
            ("Drover:Models:n:Input", "cheap"),
            ("Drover:Models:n:Cost", "1")));

        Assert.Equal(
            [
                "Drover:Upstrem is no section of the settings; there are Upstream, Upstreams, Fallbacks, Batches, Storage, Streams, Models, Budgets, Files, Keys, Webhooks, Vision, Recipes, Cache, HostKey, Web.",
                "Drover:Upstream:CallTimeout is 'a minute'; it must be a time written as hh:mm:ss.",
                "Drover:Upstream:Concurency is no setting; there are BaseUrl, ApiKey, Model, Concurrency, RequestsPerMinute, TokensPerMinute, MinimumSpacing, ConnectTimeout, CallTimeout, SilenceTimeout, CaFile, ConnectionRetries, CoolDown, LongestPause, MaxResponseBytes, HasResponses, Simulated, Free.",
                "Drover:Upstream:Concurrency is 'many'; it must be a whole number.",
                "Drover:Batches:MaxPasses is '1.5'; it must be a whole number.",
                "Drover:Storage:Box is no setting; there are ConnectionString, BlobServiceUri, QueueServiceUri, Container.",
                "Drover:Models:m:Input is -1; it must be US dollars per million tokens, 0 or more.",
                "Drover:Models:n:Output is not set; a model needs both, in US dollars per million tokens.",
                "Drover:Models:n:Cost is no setting; there are Input, Output, CachedInput, LatencyMs, Quality, ContextTokens, MaxOutputTokens, Vision, MaxImageTokens, ReplyFormat.",
                "Drover:Models:n:Input is 'cheap'; it must be a number.",
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
    [InlineData("Output", "-0.1", "-0.1; it must be US dollars per million tokens, 0 or more.")]
    [InlineData("CachedInput", "-0.1", "-0.1; it must be US dollars per million tokens, 0 or more.")]
    [InlineData("LatencyMs", "0", "0; it must be from 1 to 3,600,000.")]
    [InlineData("Quality", "101", "101; it must be from 0 to 100.")]
    [InlineData("ContextTokens", "-5", "-5; it must be from 1 to 1,000,000,000.")]
    [InlineData("MaxOutputTokens", "-1", "-1; it must be from 0 to 1,000,000,000.")]
    [InlineData("MaxImageTokens", "-1", "-1; it must be from 0 to 1,000,000,000.")]
    [InlineData("Vision", "maybe", "'maybe'; it must be true or false.")]
    [InlineData("Quality", "good", "'good'; it must be a whole number.")]
    public void Read_ModelThatBreaksARule_IsNamed(string member, string value, string rule) => Assert.Equal(
        [$"Drover:Models:gpt-4o:{member} is {rule}"],
        Assert.Throws<DroverSettingsException>(() => Read(("AzureWebJobsStorage", "x"), ($"Drover:Models:gpt-4o:{member}", value))).Faults);

    [Fact]
    public void Read_KeysOfCallers_HaveTheirHashAndTheirBudget()
    {
        var hash = new string('a', 64);
        var settings = Read(
            ("AzureWebJobsStorage", "x"), ("Drover:Keys:alice", hash), ("Drover:Keys:alice:PerDay", "2.5"), ("Drover:Keys:bob", hash));

        Assert.Equal(hash, settings.Keys["alice"]);
        Assert.Equal(
            (2.5m, null, null),
            (settings.Budgets.Keys["alice"].PerDay, settings.Budgets.Keys["alice"].PerMonth, settings.Budgets.Keys["bob"].PerDay));
        Assert.Equal(
            [
                "Drover:Keys:alice:PerWeek is no setting; there are PerDay, PerMonth, Admin.",
                "Drover:Keys:alice:PerMonth is 0; it must be more than 0 US dollars, or not set for no limit.",
            ],
            Assert.Throws<DroverSettingsException>(() => Read(
                ("AzureWebJobsStorage", "x"), ("Drover:Keys:alice", hash), ("Drover:Keys:alice:PerWeek", "1"),
                ("Drover:Keys:alice:PerMonth", "0"))).Faults);
    }

    [Fact]
    public void Read_ModelWithoutMembers_IsNamed() => Assert.Equal(
        ["Drover:Models:gpt-4o is '3'; a model has members of its own, such as Drover:Models:gpt-4o:Input."],
        Assert.Throws<DroverSettingsException>(() => Read(("AzureWebJobsStorage", "x"), ("Drover:Models:gpt-4o", "3"))).Faults);

    [Theory]
    [InlineData("http://127.0.0.1:11434/v1", 0, 5)]
    [InlineData("http://localhost:11434/v1", 0, 5)]
    [InlineData("http://[::1]:8000/v1", 0, 5)]
    [InlineData("http://192.168.1.9:8000/v1", 0, 5)]
    [InlineData("http://ollama:11434/v1", 0, 5)]
    [InlineData("https://api.example.org/v1", 2.5, 5)]
    [InlineData("https://8.8.8.8/v1", 2.5, 5)]
    public void Read_AddressOfOnesOwn_CostsNothingWhereNoPricesAreSet(string address, decimal known, decimal set)
    {
        var settings = Read(
            ("AzureWebJobsStorage", "x"), ("Drover:Upstream:BaseUrl", address), ("Drover:Upstream:ApiKey", "k"),
            ("Drover:Models:gpt-4.1:Input", "5"), ("Drover:Models:gpt-4o:Quality", "50"), ("Drover:Budgets:PerDay", "1"));

        Assert.Equal(known, settings.Models.Find("gpt-4o")!.Input);
        Assert.Equal(known == 0 ? 0 : null, settings.Models.Find("qwen3:32b")?.Output);
        Assert.Equal(set, settings.Models.Find("gpt-4.1")!.Input);
        Assert.Equal(KnownModels.All["gpt-4o"].Input, settings.Models.Priced.Find("gpt-4o")!.Input); // For a fallback elsewhere.
    }

    [Fact]
    public void Read_UpstreamModelThatHasNoPrice_IsNamedUnlessThereIsADefault()
    {
        Assert.Null(Read(("AzureWebJobsStorage", "x"), ("Drover:Upstream:Model", "llama3:8b")).Models.Find("llama3:8b"));
        var fault = Assert.Throws<DroverSettingsException>(() => Read(
            ("AzureWebJobsStorage", "x"), ("Drover:Upstream:Model", "llama3:8b"), ("Drover:Budgets:PerDay", "1"))).Faults.Single();
        var settings = Read(
            ("AzureWebJobsStorage", "x"), ("Drover:Upstream:Model", "llama3:8b"), ("Drover:Models:default:Input", "0"),
            ("Drover:Models:default:Output", "0"));

        Assert.Equal(
            "Drover:Upstream:Model is 'llama3:8b', whose prices are not known, and a budget holds; set Drover:Models:llama3:8b:Input and :Output (US dollars per million tokens), or Drover:Models:default for all that are not listed.",
            fault);
        Assert.NotNull(settings.Models.Find("llama3:8b"));
        Assert.Empty(settings.Models.Configured);
    }

    [Fact]
    public void Read_UpstreamModelAuto_NeedsModelsToChooseFrom()
    {
        var fault = Assert.Throws<DroverSettingsException>(() => Read(("AzureWebJobsStorage", "x"), ("Drover:Upstream:Model", "auto")))
            .Faults.Single();

        Assert.StartsWith("Drover:Upstream:Model is 'auto' and no models are listed to choose from;", fault);
        Assert.Equal(
            ["gpt-4.1"],
            Read(("AzureWebJobsStorage", "x"), ("Drover:Upstream:Model", "auto"), ("Drover:Models", """{"gpt-4.1":{}}"""))
                .Models.Configured);
    }

    [Fact]
    public void Read_ModelNamesWithColons_AreReadBesideTheirShorterOnes()
    {
        var settings = Read(
            ("AzureWebJobsStorage", "x"),
            ("Drover:Models:llama3:Input", "1"),
            ("Drover:Models:llama3:Output", "2"),
            ("Drover:Models", """{"llama3:8b":{"Input":3,"Output":4},"openai/gpt-4o":{}}"""));

        Assert.Equal((1m, 3m), (settings.Models.Find("llama3")!.Input, settings.Models.Find("llama3:8b")!.Input));
        Assert.Equal(KnownModels.All["gpt-4o"], settings.Models.Find("openai/gpt-4o"));
        Assert.Equal(["llama3", "llama3:8b", "openai/gpt-4o"], settings.Models.Configured);
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
    public void Read_ModelsAsOneJsonValue_AreBoundBesideTheOthers()
    {
        var settings = Read(
            ("AzureWebJobsStorage", "x"), ("Drover:Models", """{"gpt-4.1":{"Input":1.5},"my.model":{"Input":1,"Output":2}}"""));

        Assert.Equal(
            (1.5m, KnownModels.All["gpt-4.1"].Output),
            (settings.Models.Entries["gpt-4.1"].Input, settings.Models.Entries["gpt-4.1"].Output));
        Assert.Equal((1m, 2m), (settings.Models.Entries["my.model"].Input, settings.Models.Entries["my.model"].Output));
    }

    [Fact]
    public void Read_ModelsThatAreNotJson_IsNamed() => Assert.Equal(
        ["""Drover:Models is not JSON of the form {"MODEL":{"Input":2,"Output":8}}."""],
        Assert.Throws<DroverSettingsException>(() => Read(("AzureWebJobsStorage", "x"), ("Drover:Models", "cheap"))).Faults);

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
    [InlineData("""{"AzureWebJobsStorage":"x","Drover":{"Upstream":{},"Storage":null,"Models":{}}}""")]
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
