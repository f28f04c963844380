using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.OpenAI;
using Drover.Outcomes;
using Drover.Upstreams;

namespace Drover.Stages;

/// <summary>The outcome of one step, read back from its line.</summary>
internal sealed record StepOutcome
{
    /// <summary>The data; null for an error.</summary>
    public JsonElement? Data { get; private init; }

    /// <summary>Why there is none.</summary>
    public LineFault? Fault { get; private init; }

    /// <summary>The upstream's answer.</summary>
    public required CallResult Call { get; init; }

    public required StepSpending Spent { get; init; }

    /// <summary>Whether it was not run to its end because the batch was cancelled or expired.</summary>
    public bool IsNotRun => Fault?.Code is OutcomeReader.CancelledCode or OutcomeReader.ExpiredCode;

    /// <summary>Reads a line of a stage's results or errors.</summary>
    public static (string StepId, StepOutcome Outcome) Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 256 });
        var root = document.RootElement;
        var (call, spent) = (new CallResult(Outcome.Result), StepSpending.None);
        JsonElement? data = null;
        if (root.TryGetProperty("drover", out var drover))
        {
            call = call with { Model = Text(drover, "model"), Upstream = Text(drover, "upstream") };
            spent = new StepSpending(
                (int)Number(drover, "attempts"),
                drover.GetProperty("latency_ms").GetDouble(),
                drover.GetProperty("cost_usd") is { ValueKind: JsonValueKind.Number } cost ? cost.GetDecimal() : null,
                new TokenUsage(
                    Number(drover, "input_tokens"), Number(drover, "output_tokens"), Number(drover, "cached_tokens"),
                    Number(drover, "reasoning_tokens")));
            data = drover.TryGetProperty("data", out var given) ? given.Clone() : null;
        }

        var error = root.GetProperty("error");
        if (root.GetProperty("response") is { ValueKind: JsonValueKind.Object } response)
        {
            var body = response.GetProperty("body");
            call = call with
            {
                Status = response.GetProperty("status_code").GetInt32(),
                RequestId = Text(response, "request_id"),
                Body = Encoding.UTF8.GetBytes(body.GetRawText()),
                IsJson = true,
            };
            error = error.ValueKind == JsonValueKind.Null && call.Status != 200 && body.ValueKind == JsonValueKind.Object
                && body.TryGetProperty("error", out var said)
                ? said
                : error;
        }

        var fault = error.ValueKind switch
        {
            JsonValueKind.Object => new LineFault(Text(error, "code") ?? Text(error, "type") ?? "upstream_error", Text(error, "message") ?? "The upstream refused the request."),
            JsonValueKind.Null when data is not null => null,
            _ => new LineFault("upstream_error", $"The upstream answered {call.Status}."),
        };
        return (
            root.GetProperty("custom_id").GetString()!,
            new StepOutcome { Data = fault is null ? data : null, Fault = fault, Call = call, Spent = spent });
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
}
