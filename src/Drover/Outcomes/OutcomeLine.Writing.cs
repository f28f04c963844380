using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drover.Batches;
using Drover.Upstreams;

namespace Drover.Outcomes;

/// <remarks>The writing half.</remarks>
internal sealed partial record OutcomeLine
{
    // Texts are for people too: Japanese stands as itself, and so does an apostrophe. The lines are never put into HTML.
    private static readonly JsonWriterOptions Readable =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>The line of an item that was called.</summary>
    /// <param name="fault">Why the recipe could not read the reply; null for a result and for an answer that is an error itself.</param>
    public static byte[] Of(
        string batchId, string itemId, CallResult call, int attempts, JsonElement? data, LineFault? fault)
    {
        var json = Begin(batchId, itemId);
        if (call.Status == 0)
        {
            json.WriteNull("response"u8);
            fault ??= new LineFault(call.ErrorCode ?? "upstream_error", call.ErrorMessage ?? "The upstream gave no answer.");
        }
        else
        {
            WriteResponse(json, call);
        }

        WriteError(json, fault);
        WriteDrover(json, call, attempts, data);
        return End(json);
    }

    /// <summary>The line of an item that was not run to its end: <c>batch_cancelled</c>, <c>batch_expired</c>.</summary>
    /// <param name="paid">What was paid for it all the same.</param>
    public static byte[] OfNotRun(string batchId, string itemId, LineFault fault, Tally? paid = null)
    {
        var json = Begin(batchId, itemId);
        json.WriteNull("response"u8);
        WriteError(json, fault);
        if (paid is not null && paid != Tally.Zero)
        {
            json.WriteStartObject("drover"u8);
            WritePaid(json, paid);
            json.WriteEndObject();
        }

        return End(json);
    }

    /// <summary>
    /// The line of an item that was tried until nothing was left to try: <c>dead_letter</c>, with what came of every try in
    /// <c>drover.history</c>.
    /// </summary>
    public static byte[] OfDeadLetter(string batchId, string itemId, IReadOnlyList<Attempt> history, Tally paid)
    {
        var tries = history.Sum(a => a.Times);
        var last = history.LastOrDefault();
        var json = Begin(batchId, itemId);
        json.WriteNull("response"u8);
        WriteError(json, new LineFault(
            DeadLetterCode,
            last is null
                ? "Given up: it could not be tried again."
                : FormattableString.Invariant(
                    $"Given up after {tries} tries in {(last.Until - history[0].From).TotalMinutes:0.#} minutes. The last failed with {last.Status} {last.Code}: {last.Message}")));
        json.WriteStartObject("drover"u8);
        json.WriteNumber("attempts"u8, tries);
        WritePaid(json, paid);
        json.WritePropertyName("history"u8);
        JsonSerializer.Serialize(json, history, OutcomeJson.Default.IReadOnlyListAttempt);
        json.WriteEndObject();
        return End(json);
    }

    /// <summary>The line for an input line that is no item: <c>custom_id</c> is null, for it
    /// has no outcome as an item; its number is in <c>error.line</c>, and the id that it gives, if any, in <c>error.item_id</c>.</summary>
    public static byte[] OfInvalidLine(BatchSpec batch, long number, LineFault fault)
    {
        var json = Begin(batch.Id, null, $"line {number}");
        json.WriteNull("response"u8);
        WriteError(json, fault with { Message = $"{(batch.CountsItems ? "Item" : "Line")} {number}: {fault.Message}" }, number);
        return End(json);
    }

    private static void WriteDrover(Utf8JsonWriter json, CallResult call, int attempts, JsonElement? data)
    {
        json.WriteStartObject("drover"u8);
        json.WriteNumber("attempts"u8, attempts);
        json.WriteNumber("latency_ms"u8, Math.Round(call.Latency.TotalMilliseconds, 1));
        if (call.CostUsd is { } dollars)
        {
            json.WriteNumber("cost_usd"u8, dollars);
        }
        else
        {
            json.WriteNull("cost_usd"u8);
        }

        json.WriteString("model"u8, call.Model);
        if (call.Upstream is not null)
        {
            json.WriteString("upstream"u8, call.Upstream);
        }

        json.WriteNumber("input_tokens"u8, call.Usage.PromptTokens);
        json.WriteNumber("output_tokens"u8, call.Usage.CompletionTokens);
        if (call.Usage.CachedTokens > 0)
        {
            json.WriteNumber("cached_tokens"u8, call.Usage.CachedTokens);
        }

        if (call.Usage.ReasoningTokens > 0)
        {
            json.WriteNumber("reasoning_tokens"u8, call.Usage.ReasoningTokens);
        }

        if (!call.IsUsageKnown && call.Usage != default)
        {
            json.WriteBoolean("usage_estimated"u8, true);
        }

        if (call.IsCached)
        {
            json.WriteBoolean("cached"u8, true);
        }

        if (call.IsSimulated)
        {
            json.WriteBoolean("simulated"u8, true);
        }

        if (data is { } value)
        {
            json.WritePropertyName("data"u8);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WritePaid(Utf8JsonWriter json, Tally paid)
    {
        json.WriteNumber("cost_usd"u8, paid.CostUsd);
        json.WriteNumber("input_tokens"u8, paid.InputTokens);
        json.WriteNumber("output_tokens"u8, paid.OutputTokens);
        json.WriteNumber("cached_tokens"u8, paid.CachedTokens);
        json.WriteNumber("reasoning_tokens"u8, paid.ReasoningTokens);
    }

    private static Utf8JsonWriter Begin(string batchId, string? itemId, string? identity = null)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        var json = _writer ??= new Utf8JsonWriter(buffer, Readable);
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("id"u8, RequestId(batchId, itemId ?? identity!));
        json.WriteString("custom_id"u8, itemId);
        return json;
    }

    private static byte[] End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        var buffer = _buffer!;
        buffer.Write("\n"u8);
        var line = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > 1 << 20)
        {
            _buffer = null;
            _writer = null;
        }

        return line;
    }

    private static void WriteResponse(Utf8JsonWriter json, CallResult call)
    {
        json.WriteStartObject("response"u8);
        json.WriteNumber("status_code"u8, call.Status);
        json.WriteString("request_id"u8, call.RequestId);
        json.WritePropertyName("body"u8);
        if (call.IsJson)
        {
            json.WriteRawValue(call.Body.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, call.ErrorMessage);
            json.WriteString("type"u8, "upstream_error"u8);
            json.WriteNull("param"u8);
            json.WriteString("code"u8, call.ErrorCode);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, LineFault? fault, long? line = null)
    {
        if (fault is null)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, fault.Code);
        json.WriteString("message"u8, fault.Message);
        if (line is { } number)
        {
            json.WriteNumber("line"u8, number);
            if (fault.ItemId is not null)
            {
                json.WriteString("item_id"u8, fault.ItemId);
            }
        }

        json.WriteEndObject();
    }

    // The same item of the same batch has the same id, however often it is tried.
    private static string RequestId(string batchId, string itemId)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{batchId}\n{itemId}"), hash);
        return $"batch_req_{Convert.ToHexStringLower(hash[..12])}";
    }
}
