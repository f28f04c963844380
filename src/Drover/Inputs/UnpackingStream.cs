using System.IO.Compression;
using Drover.Batches;
using Drover.Bytes;

namespace Drover.Inputs;

/// <summary>What is in a gzip file. A file that is cut or broken refuses the batch; it is never taken for a shorter one.</summary>
internal sealed class UnpackingStream(Stream packed) : ReadingStream
{
    private readonly GZipStream _unpacked = new(packed, CompressionMode.Decompress, leaveOpen: true);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _unpacked.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new BatchRefusedException(400, [$"The input is a gzip file that is cut or broken: {e.Message} Pack it again."]);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked.Dispose();
        }

        base.Dispose(disposing);
    }
}
