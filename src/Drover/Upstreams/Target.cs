namespace Drover.Upstreams;

/// <summary>An upstream and the model to ask there.</summary>
/// <param name="Upstream">Where the call goes.</param>
/// <param name="Model">The model; null when the call names none.</param>
public readonly record struct Target(Upstream Upstream, string? Model)
{
    /// <summary>Whether it takes no calls now: the circuit is open, no key is left, or the model is gone.</summary>
    public bool IsUnavailable => Upstream.IsUnavailable(Model) || IsPermanentlyUnavailable;

    /// <summary>Whether that will not pass by itself: no key is left, or the model is gone.</summary>
    public bool IsPermanentlyUnavailable => Upstream.HasNoKeyLeft || (Model is not null && Upstream.Lacks(Model));
}
