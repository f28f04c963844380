using Azure;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Streams;

/// <summary>Writes a stream's log to its append blob, behind the readers: every 100 ms, or sooner when 16 KB wait.</summary>
internal sealed class LogWriter(LiveStream stream, OutcomeBlob blob, bool isTaken, TimeProvider time, ILogger logger)
{
    /// <summary>The metadata of a blob whose writer has let it go unfinished.</summary>
    public const string ReleasedKey = "released";

    private const int MostInABlock = 2 * 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private bool _isTaken = isTaken;

    /// <summary>Writes until the stream is over and all of it is stored.</summary>
    /// <exception cref="FencedException">Another process has taken the stream.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await stream.NextToStoreAsync(Pause, cancellationToken) is { IsEmpty: false } waiting)
        {
            var part = waiting.Length <= MostInABlock ? waiting : waiting[..LogText.WholeLength(waiting.Span[..MostInABlock])];
            try
            {
                if (!_isTaken)
                {
                    await blob.CreateAsync(cancellationToken);
                    _isTaken = true;
                }

                using var block = new MemoryStream(part.Length);
                block.Write(part.Span);
                await blob.AppendAsync(block, cancellationToken);
                stream.Stored(part.Length);
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException)
            {
                StreamLog.StorageAway(logger, e.Message.Split('\n')[0]);
                await Task.Delay(AfterFailure, time, cancellationToken);
            }
        }

        if (stream.HasBegun && !stream.HasEnded)
        {
            await blob.MarkAsync(ReleasedKey, "1", cancellationToken);
        }
    }
}
