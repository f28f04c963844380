namespace Drover.Upstreams;

/// <summary>The upstreams there are, and where a call goes when its own is out.</summary>
/// <param name="all">The default upstream first.</param>
/// <param name="fallbacks">The chain of section <c>Drover:Fallbacks</c>, in its order.</param>
public sealed class UpstreamPool(IReadOnlyList<Upstream> all, IReadOnlyList<FallbackOptions> fallbacks) : IAsyncDisposable
{
    /// <summary>The default upstream first.</summary>
    public IReadOnlyList<Upstream> All => all;

    /// <summary>The upstream of <c>Drover:Upstream</c>.</summary>
    public Upstream Default => all[0];

    /// <summary>Where a call may go, best first: the default upstream with the model that the call names, then the fallbacks.</summary>
    /// <param name="model">The model that the call names; null when it names none, and then only fallbacks of the same model do.</param>
    public IEnumerable<Target> TargetsOf(string? model)
    {
        yield return new Target(Default, model);
        foreach (var fallback in fallbacks)
        {
            var target = new Target(Named(fallback.Upstream), fallback.Model ?? model);
            if (target != new Target(Default, model))
            {
                yield return target;
            }
        }
    }

    /// <summary>The first target that takes calls now; the default one when none does, for its answer says why.</summary>
    public Target Pick(string? model)
    {
        if (fallbacks.Count > 0)
        {
            foreach (var target in TargetsOf(model))
            {
                if (!target.IsUnavailable)
                {
                    return target;
                }
            }
        }

        return new Target(Default, model);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var upstream in all)
        {
            upstream.Dispose();
            await upstream.Throttle.DisposeAsync();
        }
    }

    private Upstream Named(string? name) =>
        all.FirstOrDefault(u => u.Name.Equals(name ?? UpstreamOptions.DefaultName, StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidOperationException($"There is no upstream '{name}'.");
}
