using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>How a model at an upstream wants requests of ours written, as its refusals say.</summary>
/// <remarks>
/// Models differ in what they take: <c>max_tokens</c> or <c>max_completion_tokens</c>, a temperature or none, a schema, JSON without one,
/// or text. Requests that callers wrote are never changed.
/// </remarks>
internal sealed partial class Dialect
{
    private static readonly string[] FormatNames = ["response_format", "json_schema", "json_object"];
    private static readonly string[] Droppable = ["temperature", "top_p", "seed"];

    private volatile string[] _dropped = [];
    private volatile string? _limit;
    private volatile ReplyFormat _format = ReplyFormat.JsonSchema;

    /// <summary>The same request as the model takes it.</summary>
    public ReadOnlyMemory<byte> Write(ReadOnlyMemory<byte> body)
    {
        if (_dropped.Length == 0 && _limit is null && _format == ReplyFormat.JsonSchema)
        {
            return body;
        }

        var root = JsonNode.Parse(body.Span)!.AsObject();
        foreach (var name in _dropped)
        {
            root.Remove(name);
        }

        if (_limit is { } limit && root[Other(limit)] is { } most)
        {
            root.Remove(Other(limit));
            root[limit] = most.DeepClone();
        }

        if (_format == ReplyFormat.JsonObject && root["response_format"]?["type"]?.GetValue<string>() == "json_schema")
        {
            root["response_format"] = new JsonObject { ["type"] = "json_object" };
        }
        else if (_format == ReplyFormat.Text)
        {
            root.Remove("response_format");
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(ReadableJson.Options));
    }

    /// <summary>Learns from a refusal.</summary>
    /// <param name="sent">The request as it was sent.</param>
    /// <returns>What was learnt, for the log; null when the refusal names no parameter that could be written otherwise.</returns>
    public string? Learn(ReadOnlyMemory<byte> sent, CallResult refusal)
    {
        if (refusal.Outcome != Outcome.Rejected || refusal.Status is not (400 or 404 or 422 or 501))
        {
            return null;
        }

        using var request = JsonDocument.Parse(sent);
        var root = request.RootElement;
        foreach (var limit in new[] { "max_tokens", "max_completion_tokens" })
        {
            if (root.TryGetProperty(limit, out _) && Names(refusal, limit)
                && Unsupported().IsMatch($"{refusal.ErrorCode} {refusal.ErrorMessage}"))
            {
                _limit = Other(limit);
                return $"{Other(limit)} in place of {limit}";
            }
        }

        foreach (var name in Droppable)
        {
            if (root.TryGetProperty(name, out _) && Names(refusal, name))
            {
                _dropped = [.. _dropped, name];
                return $"no {name}";
            }
        }

        if (root.TryGetProperty("response_format", out var format) && FormatNames.Any(name => Names(refusal, name)))
        {
            var isSchema = format.TryGetProperty("type", out var type) && type.ValueEquals("json_schema");
            _format = isSchema ? ReplyFormat.JsonObject : ReplyFormat.Text;
            return isSchema ? "json_object in place of json_schema" : "no response_format";
        }

        return null;
    }

    private static string Other(string limit) => limit == "max_tokens" ? "max_completion_tokens" : "max_tokens";

    private static bool Names(CallResult refusal, string parameter) =>
        refusal.Parameter is { } named
            ? named == parameter || named.StartsWith(parameter + ".", StringComparison.Ordinal)
            : Regex.IsMatch(refusal.ErrorMessage ?? "", $@"(?<![A-Za-z0-9_]){parameter}(?![A-Za-z0-9_])");

    // 'max_tokens is too large' is not about the name.
    [GeneratedRegex(
        @"unsupported|not (be )?supported|unknown|unrecognized|unexpected|extra|not permitted|not allowed|does not exist|use '?max_",
        RegexOptions.IgnoreCase)]
    private static partial Regex Unsupported();
}
