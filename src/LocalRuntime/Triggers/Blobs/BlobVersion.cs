using Azure.Storage.Blobs;

namespace Drover.LocalRuntime;

/// <summary>One version of one blob, for which a function is due.</summary>
internal sealed record BlobVersion(BlobContainerClient Container, string Name)
{
    public BlobClient Client => Container.GetBlobClient(Name);

    /// <summary>The blob's path, as its function and the logs know it.</summary>
    public string Path => $"{Container.Name}/{Name}";
}
