using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Counting;

/// <summary>Appends what was processed to a file, a line each: <c>{"id":…,"body":…}</c>. Without a file it does nothing.</summary>
internal sealed class Recorder(string? file) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream? _stream =
        file is null ? null : new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);

    public void Record(RequestIdentity identity, JsonElement body)
    {
        if (_stream is null)
        {
            return;
        }

        var line = JsonBuffer.Render((identity, body), static (json, it) =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, it.identity.Name ?? it.identity.Hash.ToString("x16"));
            json.WritePropertyName("body"u8);
            it.body.WriteTo(json);
            json.WriteEndObject();
        });
        lock (_gate)
        {
            _stream.Write([.. line, (byte)'\n']);
        }
    }

    public void Dispose() => _stream?.Dispose();
}
