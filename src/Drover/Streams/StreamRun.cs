using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Streams;

/// <summary>A stream that this process relays: the relay and the writer of its log, from begin to end.</summary>
internal sealed class StreamRun(LiveStream stream, Relay relay, LogWriter writer, ILogger logger, CancellationToken stop)
{
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private bool _isCancelled;

    public LiveStream Stream => stream;

    public Relay Relay => relay;

    /// <summary>Ends when nothing is left to do.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    public void Begin(Action over) => Work = Task.Run(() => RunAsync(over), CancellationToken.None);

    /// <summary>Ends the stream for good, and waits until that is stored.</summary>
    public async Task CancelAsync()
    {
        _isCancelled = true;
        try
        {
            await _cancel.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }

        await Work;
    }

    private async Task RunAsync(Action over)
    {
        var isStored = false;
        try
        {
            var writing = writer.RunAsync(CancellationToken.None);
            var relaying = RelayAsync();
            if (await Task.WhenAny(writing, relaying) == writing)
            {
                await _cancel.CancelAsync(); // Fenced: what the relay brings is nobody's.
            }

            await relaying;
            await writing;
            isStored = true;
        }
        catch (FencedException)
        {
            StreamLog.Fenced(logger, stream.Id);
            isStored = true; // By another, who has what there was.
        }
        catch (Exception e)
        {
            StreamLog.Failed(logger, e, stream.Id);
        }
        finally
        {
            stream.Abandon();
            stream.CloseSpool(isStored);
            over();
            _cancel.Dispose();
        }
    }

    private async Task RelayAsync()
    {
        try
        {
            await relay.RunAsync(_cancel.Token);
        }
        catch (OperationCanceledException) when (_isCancelled && stream.HasBegun && !stream.HasEnded)
        {
            relay.Fail("The stream was cancelled.", "stream_cancelled");
            stream.End(StreamEnd.Cancelled);
        }
        catch (OperationCanceledException)
        {
            // Stopped or fenced: another goes on with it.
        }

        stream.Abandon();
    }
}
