using System.Text.Json;
using Drover.Batches;
using Drover.Intake;

namespace Drover.Functions.Batches;

/// <summary>The body of <c>POST /api/batches</c>.</summary>
/// <param name="Batch">What is asked for.</param>
/// <param name="Lines">The items as JSONL; null where there are none.</param>
internal sealed record StartBody(NewBatch Batch, Stream? Lines)
{
    /// <summary>Reads it.</summary>
    /// <param name="query">What the query asks for; the body goes before it.</param>
    /// <exception cref="JsonException">It is no JSON, or holds text that is not Unicode.</exception>
    /// <exception cref="BatchRefusedException">Members break rules; all of them are named.</exception>
    public static async Task<StartBody> ReadAsync(Stream json, NewBatch query, CancellationToken cancellationToken)
    {
        using var body = await JsonDocument.ParseAsync(json, cancellationToken: cancellationToken);
        try
        {
            var (batch, items) = StartParameters.Of(body.RootElement, query);
            return new StartBody(batch, items is null ? null : LinesOf(items.Value));
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(e.Message, e); // Half of a surrogate pair.
        }
    }

    private static MemoryStream LinesOf(JsonElement items)
    {
        var lines = new MemoryStream();
        using (var json = new Utf8JsonWriter(lines))
        {
            foreach (var item in items.EnumerateArray())
            {
                item.WriteTo(json);
                json.Flush();
                json.Reset();
                lines.WriteByte((byte)'\n');
            }
        }

        lines.Position = 0;
        return lines;
    }
}
