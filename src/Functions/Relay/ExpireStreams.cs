using Drover.Streams;

namespace Drover.Functions.Relay;

/// <summary>Every hour: deletes the streams whose time is over.</summary>
public sealed class ExpireStreams(StreamHub streams)
{
    [Function(nameof(ExpireStreams))]
    public Task RunAsync([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        streams.ExpireAsync(cancellationToken);
}
