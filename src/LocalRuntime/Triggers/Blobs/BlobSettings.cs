namespace Drover.LocalRuntime;

/// <summary><c>extensions.blobs</c> of <c>host.json</c>.</summary>
internal sealed record BlobSettings
{
    /// <summary>How many blobs are handled at once, per connection.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 8 * Environment.ProcessorCount;

    /// <summary>How often a blob version is tried before its message goes to the poison queue.</summary>
    public int PoisonBlobThreshold { get; init; } = 5;
}
