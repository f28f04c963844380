namespace Drover.LocalRuntime;

/// <summary>Starts the function once for each version of each blob whose path fits a pattern.</summary>
/// <remarks>
/// The pattern is <c>container/path</c> with <c>{name}</c> parts, such as <c>images/{name}.{ext}</c>; a parameter of the
/// function with such a name receives what it stood for. The parameter itself is a <c>Stream</c>, a blob client,
/// <c>string</c>, <c>byte[]</c>, or a type read from JSON.
/// </remarks>
public sealed class BlobTriggerAttribute(string blobPath) : TriggerBindingAttribute
{
    /// <summary>The pattern; <c>%Setting%</c> in it is replaced by that app setting.</summary>
    public string BlobPath { get; } = blobPath;

    /// <summary>The app setting with the connection string; <c>AzureWebJobsStorage</c> if none is named.</summary>
    public string? Connection { get; set; }

    /// <summary>How new blobs are noticed.</summary>
    public BlobTriggerSource Source { get; set; } = BlobTriggerSource.LogsAndContainerScan;
}
