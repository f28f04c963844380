using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Drover.Batches;

namespace Drover.Functions.Webhooks;

/// <summary>
/// A batch's end, as OpenAI's webhooks tell it: <see href="https://platform.openai.com/docs/api-reference/webhook-events"/>.
/// </summary>
/// <param name="Id">The same at every try, so that receivers tell repetitions.</param>
/// <param name="CreatedAt">In seconds since 1970.</param>
/// <param name="Type">Such as <c>batch.completed</c>.</param>
public sealed record BatchEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("data")] BatchEventData Data)
{
    [JsonPropertyName("object")]
    public string Object => "event";

    /// <summary>The event of a batch's end.</summary>
    /// <param name="status">How it ended; stopped is a failure to receivers, who know nothing of going on.</param>
    /// <param name="run">What tells this run of it from another one.</param>
    public static BatchEvent Of(string batchId, string status, DateTimeOffset? run, DateTimeOffset endedAt)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{batchId}\n{status}\n{run?.UtcTicks}"));
        var type = $"batch.{(status == BatchStatus.Stopped ? BatchStatus.Failed : status)}";
        return new BatchEvent(
            $"evt_{Convert.ToHexStringLower(hash[..16])}", endedAt.ToUnixTimeSeconds(), type, new BatchEventData(batchId));
    }
}

public sealed record BatchEventData([property: JsonPropertyName("id")] string Id);
