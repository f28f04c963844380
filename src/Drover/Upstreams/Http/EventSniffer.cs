using System.Net.Http.Headers;

namespace Drover.Upstreams.Http;

/// <summary>Tells a stream of events from a whole answer where the content type is missing, wrong or spelled in its own way.</summary>
internal static class EventSniffer
{
    private const int Most = 64;

    /// <summary>Whether the content type is that of events.</summary>
    public static bool SaysEvents(MediaTypeHeaderValue? type) =>
        type?.MediaType?.Contains("event-stream", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Looks at the content type, and where that does not say, at the first bytes.</summary>
    /// <returns>Whether they are events; and the body from its beginning.</returns>
    public static async Task<(bool AreEvents, Stream Body)> LookAsync(
        MediaTypeHeaderValue? type, Stream body, CancellationToken cancellationToken)
    {
        if (SaysEvents(type))
        {
            return (true, body);
        }

        var start = new byte[Most];
        var length = 0;
        while (length < Most && start.AsSpan(0, length).TrimStart(" \r\n\t\xEF\xBB\xBF"u8).IsEmpty
            && await body.ReadAsync(start.AsMemory(length), cancellationToken) is > 0 and var read)
        {
            length += read;
        }

        var text = start.AsSpan(0, length).TrimStart(" \r\n\t\xEF\xBB\xBF"u8);
        var areEvents = text.StartsWith("data:"u8) || text.StartsWith("event:"u8) || text.StartsWith("id:"u8)
            || text.StartsWith("retry:"u8) || text.StartsWith(":"u8);
        return (areEvents, new PrefixedStream(start.AsMemory(0, length), body));
    }

    /// <summary>Bytes that were read already, and then the rest.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_prefix.IsEmpty)
            {
                return rest.ReadAsync(buffer, cancellationToken);
            }

            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return ValueTask.FromResult(count);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                rest.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
