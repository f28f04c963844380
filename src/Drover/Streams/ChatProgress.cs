using System.Text;
using System.Text.Json.Nodes;
using Drover.OpenAI;

namespace Drover.Streams;

/// <summary>How far an answer has come: what its events, as they stand in the log, amount to.</summary>
internal sealed class ChatProgress
{
    private readonly StringBuilder _text = new();

    /// <summary>The answer's id, as its first chunk says.</summary>
    public string? Id { get; private set; }

    /// <summary>When the answer was begun, as its first chunk says.</summary>
    public JsonNode? Created { get; private set; }

    public int Length => _text.Length;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Whether events have gone out.</summary>
    public bool HasEvents { get; private set; }

    /// <summary>Whether a finish_reason has come: then nothing but the usage can follow.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Whether the last event, <c>[DONE]</c> or an error, has come.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>
    /// Whether something has gone out that a text prefix cannot stand for: calls of tools, several choices, an odd chunk.
    /// </summary>
    public bool IsMoreThanText { get; private set; }

    /// <summary>What the events in a log amount to.</summary>
    public static ChatProgress Of(ReadOnlyMemory<byte> log)
    {
        var progress = new ChatProgress();
        foreach (var data in LogText.Events(log))
        {
            progress.Add(ChatChunk.Parse(data.Span));
        }

        return progress;
    }

    /// <summary>Takes in a chunk that has gone out.</summary>
    public void Add(ChatChunk chunk)
    {
        HasEvents = true;
        IsClosed |= chunk.Kind is ChunkKind.Done or ChunkKind.Error;
        IsFinished |= chunk.Kind == ChunkKind.Done;
        if (chunk.Body is not { } body)
        {
            IsMoreThanText |= chunk.Kind == ChunkKind.Chunk;
            return;
        }

        Id ??= body.Id;
        Created ??= body.Created;
        foreach (var choice in body.Choices)
        {
            IsFinished |= choice.FinishReason is { Length: > 0 };
            IsMoreThanText |= choice.Index > 0 || choice.Delta is { CallsTools: true };
            if (choice.Index == 0)
            {
                _text.Append(choice.Delta?.Content);
            }
        }
    }
}
