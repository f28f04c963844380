using Drover.Uploads;

namespace Drover.Functions.Uploads;

/// <summary>Timer, every five minutes: images whose trigger came just as the gathering ended are gathered after all.</summary>
public sealed class SweepImages(UploadedImages uploads)
{
    [Function(nameof(SweepImages))]
    public async Task RunAsync(
        [TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await uploads.AnyAsync(cancellationToken))
        {
            await ImageGathering.EnsureAsync(client, cancellationToken);
        }
    }
}
