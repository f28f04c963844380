using Drover.Settings;

namespace Drover.Storage;

/// <summary>Where batches, inputs and results are kept. Section <c>Drover:Storage</c>.</summary>
public sealed class StorageOptions : IOptionsSection
{
    /// <summary>A connection string. Empty: the app setting <c>AzureWebJobsStorage</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The blob endpoint of an account reached by identity (no key), such as <c>https://acct.blob.core.windows.net</c>.
    /// Empty: the app setting <c>AzureWebJobsStorage__blobServiceUri</c>, or the connection string.
    /// </summary>
    public string BlobServiceUri { get; set; } = "";

    /// <summary>The queue endpoint of such an account. Empty: the app setting <c>AzureWebJobsStorage__queueServiceUri</c>.</summary>
    public string QueueServiceUri { get; set; } = "";

    /// <summary>
    /// The connection string of the queues: that of the app setting <c>AzureWebJobsStorage</c>, whose queues trigger functions.
    /// </summary>
    internal string QueueConnection { get; set; } = "";

    /// <summary>The container, created at the first start.</summary>
    public string Container { get; set; } = "drover";

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Storage";
}
