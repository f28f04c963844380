using Drover.Uploads;

namespace Drover.Functions.Uploads;

/// <summary>Timer, once a day: removes what says of images uploaded long ago that they were analysed.</summary>
public sealed class PurgeImageMarks(UploadedImages uploads)
{
    [Function(nameof(PurgeImageMarks))]
    public Task RunAsync([TimerTrigger("0 47 3 * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        uploads.PurgeAsync(cancellationToken);
}
