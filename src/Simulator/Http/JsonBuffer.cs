using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Drover.Simulator.Http;

/// <summary>One buffer and writer a thread, used again for every answer that is written on it.</summary>
internal sealed class JsonBuffer
{
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static JsonBuffer? _current;

    private readonly ArrayBufferWriter<byte> _bytes = new(4096);
    private readonly Utf8JsonWriter _json;

    private JsonBuffer() => _json = new Utf8JsonWriter(
        _bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>The JSON that <paramref name="write"/> writes; it stands until the next call on the same thread.</summary>
    public static ReadOnlySpan<byte> Render<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        if (_current is null || _current._bytes.Capacity > LargestKept)
        {
            _current = new JsonBuffer();
        }

        var (bytes, json) = (_current._bytes, _current._json);
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        write(json, state);
        json.Flush();
        return bytes.WrittenSpan;
    }
}
