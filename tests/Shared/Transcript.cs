using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Drover.Testing;

/// <summary>What a client makes of a stream of chat completion chunks.</summary>
internal sealed class Transcript
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public List<string> Ids { get; } = [];

    public HashSet<string> AnswerIds { get; } = [];

    public int Roles { get; private set; }

    public string? FinishReason { get; private set; }

    public JsonElement? Usage { get; private set; }

    public JsonElement? Error { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>The id of the last event, or null.</summary>
    public string? LastId => Ids.Count == 0 ? null : Ids[^1];

    /// <summary>Reads events, adding to what was read before, until the end or until <paramref name="enough"/>.</summary>
    public async Task<Transcript> ReadAsync(
        Stream events, Func<Transcript, bool>? enough = null, CancellationToken cancellationToken = default)
    {
        await foreach (var item in SseParser.Create(events).EnumerateAsync(cancellationToken))
        {
            Ids.Add(item.EventId ?? "");
            if (item.Data == "[DONE]")
            {
                IsDone = true;
            }
            else
            {
                Add(JsonDocument.Parse(item.Data).RootElement);
            }

            if (enough?.Invoke(this) == true)
            {
                break;
            }
        }

        return this;
    }

    private void Add(JsonElement chunk)
    {
        if (chunk.TryGetProperty("error", out var error))
        {
            Error = error;
            return;
        }

        AnswerIds.Add(chunk.GetProperty("id").GetString()!);
        if (chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            Usage = usage;
        }

        foreach (var choice in chunk.GetProperty("choices").EnumerateArray())
        {
            var delta = choice.GetProperty("delta");
            Roles += delta.TryGetProperty("role", out _) ? 1 : 0;
            _text.Append(delta.TryGetProperty("content", out var content) ? content.GetString() : "");
            FinishReason = choice.GetProperty("finish_reason").GetString() ?? FinishReason;
        }
    }
}
