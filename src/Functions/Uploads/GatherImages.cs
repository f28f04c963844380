using Drover.Uploads;

namespace Drover.Functions.Uploads;

/// <summary>Activity: makes the images that wait a batch, unless more seem to be coming.</summary>
public sealed class GatherImages(UploadedImages uploads)
{
    [Function(nameof(GatherImages))]
    public Task<Gathered> RunAsync([ActivityTrigger] Gathering gathering, CancellationToken cancellationToken) =>
        uploads.GatherAsync(gathering.BatchId, gathering.Before, gathering.IsLast, cancellationToken);
}
