namespace Drover.Functions.Upstreams;

/// <summary>The upstreams, the default one first.</summary>
public sealed record UpstreamList(IReadOnlyList<UpstreamView> Data)
{
    public string Object => "list";
}
