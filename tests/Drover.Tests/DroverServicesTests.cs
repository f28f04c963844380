using Drover.Intake;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Settings;
using Drover.Shards;
using Drover.Upstreams;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Tests;

public sealed class DroverServicesTests
{
    [Fact]
    public async Task AddDrover_GoodSettings_RegistersWhatTheFunctionsAskFor()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                [new("AzureWebJobsStorage", "UseDevelopmentStorage=true"), new("Drover:Upstream:Concurrency", "7")]).Build();
        await using var provider = new ServiceCollection().AddLogging().AddDrover(DroverSettings.Read(configuration))
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.Equal(7, provider.GetRequiredService<Upstream>().Throttle.Concurrency);
        Assert.Same(provider.GetRequiredService<UpstreamPool>().Default, provider.GetRequiredService<Upstream>());
        Assert.NotNull(provider.GetRequiredService<ShardRunner>());
        Assert.NotNull(provider.GetRequiredService<BatchIntake>());
        Assert.NotNull(provider.GetRequiredService<Auditor>());
        Assert.NotNull(provider.GetRequiredService<OutcomeFiles>());
        Assert.NotNull(provider.GetRequiredService<TokenSampler>()); // The planner does without one, and then learns nothing.
    }

    [Fact]
    public void AddDrover_ConnectionStringThatIsNone_IsNamed()
    {
        var settings = DroverSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", "x")]).Build());

        Assert.Equal(
            ["AzureWebJobsStorage is not a storage connection string; it must be one, or UseDevelopmentStorage=true."],
            Assert.Throws<DroverSettingsException>(() => new ServiceCollection().AddDrover(settings)).Faults);
    }
}
