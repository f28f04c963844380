using System.Globalization;
using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Json;
using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Outcomes;

/// <summary>
/// An outcome as one line: an output line of the OpenAI Batch API with one more member, <c>drover</c>. Written and read here only.
/// </summary>
/// <remarks>
/// <para>
/// <c>{"id":"batch_req_…","custom_id":"…","response":{"status_code":200,"request_id":"…","body":{…}},"error":null,
/// "drover":{"attempts":1,"latency_ms":48,"cost_usd":0.00021,"model":"…","input_tokens":120,"output_tokens":40,"data":{…}}}</c>.
/// What the upstream answered stands in <c>response</c>, whatever its status; <c>error</c> is ours: an item that got no
/// answer, or a reply that the recipe cannot read.
/// </para>
/// <para>
/// <see cref="Count"/> and <see cref="ReadCost"/> pass over the lines of whole shards, so they build nothing up; <see cref="Read"/>
/// is for single lines.
/// </para>
/// </remarks>
internal sealed partial record OutcomeLine
{
    public const string CancelledCode = "batch_cancelled";
    public const string ExpiredCode = "batch_expired";
    public const string DeadLetterCode = "dead_letter";

    // An answer may be as deep as a reader allows by default, and stands two levels down in its line.
    private const int Deepest = 256;

    /// <summary>The item; empty for a line of the input that is none.</summary>
    public required string ItemId { get; init; }

    /// <summary>The answer: its status (0: there was none), body, model, tokens, cost and latency.</summary>
    public required CallResult Call { get; init; }

    /// <summary>Why it is an error, in our words or else in the upstream's; null for a result.</summary>
    public LineFault? Fault { get; init; }

    /// <summary>What the error may be called by: the code of <c>error</c>, the upstream's own code, the HTTP status.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>What the recipe made of the reply.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>How many requests were made.</summary>
    public int Attempts { get; init; }

    /// <summary>Why the item failed at each try, of a dead letter.</summary>
    public IReadOnlyList<Attempt>? History { get; init; }

    /// <summary>Whether the item was not run to its end because the batch was cancelled or expired.</summary>
    public bool IsNotRun { get; init; }

    /// <summary>What was paid for the item.</summary>
    public Tally Paid => Tally.Zero with { Usage = Call.Usage, CostUsd = Call.CostUsd ?? 0 };

    /// <summary>Whether the code says that the item was not run to its end because the batch was cancelled or expired.</summary>
    public static bool IsNotRunCode(string? code) => code is CancelledCode or ExpiredCode;

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no line of ours.</exception>
    public static OutcomeLine Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = Deepest });
        var root = document.RootElement;
        var (response, drover, ours) = (root.Member("response"), root.Member("drover"), root.Member("error"));
        var body = response.Member("body");
        var theirs = body.Member("error");
        var status = (int)Number(response, "status_code");
        string?[] codes = [ours.Text("code"), theirs.Text("code"), status > 0 ? status.ToString(CultureInfo.InvariantCulture) : null];
        var history = drover.Member("history");
        return new OutcomeLine
        {
            ItemId = root.Text("custom_id") ?? "",
            Call = new CallResult(Outcome.Result)
            {
                Status = status,
                RequestId = response.Text("request_id"),
                Body = body.ValueKind == JsonValueKind.Undefined ? default : Encoding.UTF8.GetBytes(body.GetRawText()),
                IsJson = body.ValueKind != JsonValueKind.Undefined,
                Model = drover.Text("model"),
                Upstream = drover.Text("upstream"),
                Usage = new TokenUsage(
                    Number(drover, "input_tokens"), Number(drover, "output_tokens"), Number(drover, "cached_tokens"),
                    Number(drover, "reasoning_tokens")),
                IsSimulated = drover.Member("simulated").ValueKind == JsonValueKind.True,
                IsUsageKnown = drover.Member("usage_estimated").ValueKind != JsonValueKind.True,
                CostUsd = CostOf(drover),
                Latency = TimeSpan.FromMilliseconds(
                    drover.Member("latency_ms") is { ValueKind: JsonValueKind.Number } ms ? ms.GetDouble() : 0),
            },
            Fault = ours.ValueKind == JsonValueKind.Object ? FaultOf(ours, status)
                : status is not (0 or (>= 200 and < 300)) ? FaultOf(theirs, status)
                : null,
            IsNotRun = IsNotRunCode(ours.Text("code")),
            Codes = [.. codes.OfType<string>()],
            Data = drover.Member("data") is { ValueKind: not JsonValueKind.Undefined } data ? data.Clone() : null,
            Attempts = (int)Number(drover, "attempts"),
            History = history.ValueKind == JsonValueKind.Array ? history.Deserialize(OutcomeJson.Default.IReadOnlyListAttempt) : null,
        };
    }

    /// <summary>Counts the lines of one blob of a shard, and adds their items' ids to <paramref name="ids"/>.</summary>
    /// <param name="isErrors">Whether the lines come from the errors blob.</param>
    /// <exception cref="JsonException">A line is none of ours.</exception>
    public static Tally Count(ReadOnlyMemory<byte> lines, bool isErrors, ISet<string> ids)
    {
        long completed = 0, failed = 0, notRun = 0;
        var (usage, cost, unpriced) = (default(TokenUsage), 0m, 0L);
        foreach (var (_, line) in Lines.Of(lines))
        {
            var outcome = Scan(line.Span);
            ids.Add(outcome.Id);
            completed += isErrors ? 0 : 1;
            notRun += isErrors && outcome.IsNotRun ? 1 : 0;
            failed += isErrors && !outcome.IsNotRun ? 1 : 0;
            usage += outcome.Usage;
            cost += outcome.Cost ?? 0;
            unpriced += outcome.Cost is null ? 1 : 0;
        }

        return Tally.Zero with
        {
            Completed = completed,
            Failed = failed,
            Unrun = notRun,
            Usage = usage,
            CostUsd = cost,
            Unpriced = unpriced,
        };
    }

    /// <summary>The item of an outcome line and what its call cost, in US dollars.</summary>
    public static KeyValuePair<string, decimal> ReadCost(ReadOnlySpan<byte> line)
    {
        var outcome = Scan(line);
        return new(outcome.Id, outcome.Cost ?? 0);
    }

    /// <summary>Whose error line it is, what the error may be called by, the first most fitting, and its words.</summary>
    /// <exception cref="JsonException">It is no line of ours.</exception>
    public static (string Id, IReadOnlyList<string> Codes, string Message) ReadError(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = Deepest });
        var root = document.RootElement;
        var (response, ours) = (root.Member("response"), root.Member("error"));
        var theirs = response.Member("body").Member("error");
        var status = Number(response, "status_code");
        string?[] codes =
        [
            ours.Text("code"), theirs.Text("code"), theirs.Text("type"),
            status > 0 ? status.ToString(CultureInfo.InvariantCulture) : null
        ];
        var fault = FaultOf(ours.ValueKind == JsonValueKind.Object ? ours : theirs, (int)status);
        var id = root.Text("custom_id") ?? string.Create(CultureInfo.InvariantCulture, $"line {Number(ours, "line")}");
        return (id, codes.OfType<string>().DefaultIfEmpty(fault.Code).ToList(), fault.Message);
    }

    private static (string Id, bool IsNotRun, TokenUsage Usage, decimal? Cost) Scan(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = Deepest });
        var (id, isNotRun, usage, cost) = ("", false, default(TokenUsage), (decimal?)0m);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("custom_id"u8))
            {
                reader.Read();
                id = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                isNotRun = reader.TokenType == JsonTokenType.StartObject && IsNotRunError(ref reader);
            }
            else if (reader.ValueTextEquals("drover"u8))
            {
                reader.Read();
                ScanPaid(ref reader, ref usage, ref cost);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return (id, isNotRun, usage, cost);
    }

    private static void ScanPaid(ref Utf8JsonReader reader, ref TokenUsage usage, ref decimal? cost)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCost = reader.ValueTextEquals("cost_usd"u8);
            var isInput = reader.ValueTextEquals("input_tokens"u8);
            var isOutput = reader.ValueTextEquals("output_tokens"u8);
            var isCached = reader.ValueTextEquals("cached_tokens"u8);
            var isReasoning = reader.ValueTextEquals("reasoning_tokens"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number)
            {
                cost = isCost ? reader.GetDecimal() : cost;
                usage = isInput ? usage with { PromptTokens = reader.GetInt64() }
                    : isOutput ? usage with { CompletionTokens = reader.GetInt64() }
                    : isCached ? usage with { CachedTokens = reader.GetInt64() }
                    : isReasoning ? usage with { ReasoningTokens = reader.GetInt64() }
                    : usage;
            }

            cost = isCost && reader.TokenType == JsonTokenType.Null ? null : cost;
            reader.Skip();
        }
    }

    private static bool IsNotRunError(ref Utf8JsonReader reader)
    {
        var isNotRun = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCode = reader.ValueTextEquals("code"u8);
            reader.Read();
            isNotRun |= isCode && (reader.ValueTextEquals(CancelledCode) || reader.ValueTextEquals(ExpiredCode));
            reader.Skip();
        }

        return isNotRun;
    }

    private static LineFault FaultOf(JsonElement error, int status) => new(
        error.Text("code") ?? error.Text("type") ?? "upstream_error",
        error.Text("message") ?? (status > 0 ? $"The upstream answered {status}." : "The upstream gave no answer."));

    // An outcome without a member 'drover' cost nothing; null in it says that the price is not known.
    private static decimal? CostOf(JsonElement drover) => drover.Member("cost_usd") switch
    {
        { ValueKind: JsonValueKind.Number } cost => cost.GetDecimal(),
        { ValueKind: JsonValueKind.Undefined } => 0,
        _ => null,
    };

    private static long Number(JsonElement of, string name) =>
        of.Member(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;
}
