using System.Text.Json;
using Drover.Batches;
using Drover.Json;
using Drover.OpenAI;

namespace Drover.Outcomes;

/// <summary>Reads back from outcome lines what the next pass must know: which items are done, and the counts.</summary>
internal static class OutcomeReader
{
    public const string CancelledCode = "batch_cancelled";
    public const string ExpiredCode = "batch_expired";
    public const string DeadLetterCode = "dead_letter";

    /// <summary>Reads the lines of one blob of a shard, adding the ids to <paramref name="ids"/>.</summary>
    /// <param name="isErrors">Whether the lines come from the errors blob.</param>
    public static Tally Read(ReadOnlyMemory<byte> lines, bool isErrors, ISet<string> ids)
    {
        long completed = 0, failed = 0, notRun = 0;
        var (usage, cost) = (default(TokenUsage), 0m);
        foreach (var (_, line) in Lines.Of(lines))
        {
            var outcome = ReadLine(line.Span);
            ids.Add(outcome.Id);
            completed += isErrors ? 0 : 1;
            notRun += isErrors && outcome.IsNotRun ? 1 : 0;
            failed += isErrors && !outcome.IsNotRun ? 1 : 0;
            usage += outcome.Usage;
            cost += outcome.Cost;
        }

        return Tally.Zero with { Completed = completed, Failed = failed, Unrun = notRun, Usage = usage, CostUsd = cost };
    }

    /// <summary>The item of an outcome line and what its call cost, in US dollars.</summary>
    public static KeyValuePair<string, decimal> ReadCost(ReadOnlySpan<byte> line)
    {
        var outcome = ReadLine(line);
        return new(outcome.Id, outcome.Cost);
    }

    private static (string Id, bool IsNotRun, TokenUsage Usage, decimal Cost) ReadLine(ReadOnlySpan<byte> line)
    {
        // An answer may be as deep as a reader allows by default, and stands two levels down in its line.
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = 256 });
        var id = "";
        var isNotRun = false;
        var usage = default(TokenUsage);
        var cost = 0m;
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
                isNotRun = reader.TokenType == JsonTokenType.StartObject && IsUnrunError(ref reader);
            }
            else if (reader.ValueTextEquals("drover"u8))
            {
                reader.Read();
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

                    reader.Skip();
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return (id, isNotRun, usage, cost);
    }

    private static bool IsUnrunError(ref Utf8JsonReader reader)
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
}
