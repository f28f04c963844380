using System.Globalization;
using Drover.Bytes;

namespace Drover.Upstreams.Http;

/// <summary>A stream that counts as broken when nothing comes for too long, or too much.</summary>
internal sealed class SilenceLimit(Stream inner, TimeSpan limit, TimeProvider time) : ReadingStream
{
    /// <summary>No answer of a model is so long; what has no end must not fill the memory.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);
    private long _read;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _silence.CancelAfter(limit);
        await using var registration = cancellationToken.UnsafeRegister(
            static state => ((CancellationTokenSource)state!).Cancel(), _silence);
        try
        {
            var read = await inner.ReadAsync(buffer, _silence.Token);
            return (_read += read) <= MostBytes ? read : throw new IOException("The answer is longer than 64 MiB.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SilenceException(string.Create(CultureInfo.InvariantCulture, $"Nothing came for {limit.TotalSeconds:0.#} s."));
        }
        finally
        {
            if (!_silence.TryReset())
            {
                _silence.Dispose();
                _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _silence.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>A stream fell silent for too long.</summary>
internal sealed class SilenceException(string message) : IOException(message);
