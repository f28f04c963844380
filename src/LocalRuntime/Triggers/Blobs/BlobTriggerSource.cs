namespace Drover.LocalRuntime;

/// <summary>How new blobs are noticed.</summary>
public enum BlobTriggerSource
{
    /// <summary>By listing the container.</summary>
    LogsAndContainerScan,

    /// <summary>By Event Grid on Azure. In one process there is no Event Grid: the container is listed, as above.</summary>
    EventGrid,
}
