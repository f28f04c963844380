namespace Drover.Upstreams;

/// <summary>
/// Where a call goes when those before are out: circuit open, no key left, model gone. Section <c>Drover:Fallbacks</c>, a list in
/// the order in which they are tried.
/// </summary>
public sealed class FallbackOptions
{
    /// <summary>An upstream of <c>Drover:Upstreams</c>; null for the default one.</summary>
    public string? Upstream { get; set; }

    /// <summary>The model to ask there; null for the one that the call names.</summary>
    public string? Model { get; set; }
}
