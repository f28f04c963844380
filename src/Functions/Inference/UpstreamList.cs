namespace Drover.Functions.Inference;

/// <summary>The upstreams, the default one first.</summary>
public sealed record UpstreamList(IReadOnlyList<UpstreamView> Data)
{
    public string Object => "list";
}
