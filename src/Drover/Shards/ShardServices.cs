using Microsoft.Extensions.DependencyInjection;

namespace Drover.Shards;

/// <summary>Registers what runs shards and audits them.</summary>
internal static class ShardServices
{
    public static IServiceCollection AddShards(this IServiceCollection services) =>
        services.AddSingleton<ItemServices>().AddSingleton<ShardClaims>().AddSingleton<CarriedOutcomes>().AddSingleton<ShardRunner>()
            .AddSingleton<Auditor>().AddSingleton<LiveTallies>().AddSingleton<BatchAdmission>();
}
