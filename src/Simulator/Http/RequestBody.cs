using System.Buffers;

namespace Drover.Simulator.Http;

/// <summary>A request's body in a rented buffer.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Null when the body is larger than the limit.</summary>
    public static async ValueTask<RequestBody?> ReadAsync(HttpRequest request, int limit)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }

        var body = new RequestBody((int)(request.ContentLength ?? 4096) + 1);
        try
        {
            while (await request.Body.ReadAsync(body._buffer.AsMemory(body._length)) is > 0 and var read)
            {
                body._length += read;
                if (body._length > limit)
                {
                    body.Dispose();
                    return null;
                }

                body.MakeRoom();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }

        return body;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void MakeRoom()
    {
        if (_length < _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
