using System.Text.Json;
using Drover.Simulator.Answers;

namespace Drover.Simulator.Formats;

/// <summary>Writes an endpoint's answers.</summary>
internal interface IReplyFormat
{
    void Write(Utf8JsonWriter json, Reply reply);

    /// <summary>The data of one event of a stream.</summary>
    void WriteChunk(Utf8JsonWriter json, Reply reply, StreamChunk chunk);
}
