using Drover.Storage;
using Drover.Throttling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drover.Upstreams;

/// <summary>Registers the upstreams, each with a throttle of its own.</summary>
internal static class UpstreamServices
{
    /// <param name="options">The default upstream.</param>
    /// <param name="more">The further upstreams.</param>
    /// <param name="fallbacks">Where a call goes when an upstream does not take it.</param>
    public static IServiceCollection AddUpstreams(
        this IServiceCollection services,
        UpstreamOptions options,
        IEnumerable<UpstreamOptions> more,
        IReadOnlyList<FallbackOptions> fallbacks) =>
        services.AddSingleton(options)
            .AddSingleton(provider => new UpstreamPool([.. more.Prepend(options).Select(each => Create(each, provider))], fallbacks))
            .AddSingleton(provider => provider.GetRequiredService<UpstreamPool>().Default);

    private static Upstream Create(UpstreamOptions options, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var container = provider.GetRequiredService<ContainerLayout>().Container;
        var ledger = new LimitsLedger(container, options.BaseUrl, time);
        var throttle = new Throttle(options.Limits, time, ledger, provider.GetRequiredService<ILogger<Throttle>>());
        return new Upstream(options, throttle, time, provider.GetRequiredService<ILogger<Upstream>>());
    }
}
