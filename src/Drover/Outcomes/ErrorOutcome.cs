using System.Globalization;
using System.Text.Json;
using Drover.Batches;

namespace Drover.Outcomes;

/// <summary>An outcome that is an error, read back in order to be taken back.</summary>
/// <param name="Codes">What it may be called by: the code of <c>error</c>, the upstream's own code, the HTTP status.</param>
/// <param name="Reasons">Why it failed.</param>
/// <param name="Paid">What was paid for it: cost and tokens.</param>
internal sealed record ErrorOutcome(string Id, IReadOnlyList<string> Codes, IReadOnlyList<Attempt> Reasons, Tally Paid)
{
    public static ErrorOutcome Read(ReadOnlyMemory<byte> line, DateTimeOffset now)
    {
        using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 256 });
        var root = json.RootElement;
        var response = Member(root, "response");
        var status = Member(response, "status_code") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : 0;
        var error = Member(root, "error");
        var said = error.ValueKind == JsonValueKind.Object ? error : Member(Member(response, "body"), "error");
        var drover = Member(root, "drover");
        string?[] codes =
            [
                Text(error, "code"), Text(Member(Member(response, "body"), "error"), "code"),
                status > 0 ? status.ToString(CultureInfo.InvariantCulture) : null
            ];
        var history = Member(drover, "history");
        var pending = PendingOutcome.FromLine([.. line.Span, (byte)'\n'], isError: true);
        return new ErrorOutcome(
            pending.ItemId,
            [.. codes.OfType<string>()],
            history.ValueKind == JsonValueKind.Array
                ? history.Deserialize(OutcomeJson.Default.IReadOnlyListAttempt)!
                : [AttemptHistory.Of(now, status, codes.OfType<string>().FirstOrDefault(), Text(said, "message"), Member(drover, "attempts") is { ValueKind: JsonValueKind.Number } tries ? tries.GetInt32() : 0)],
            pending.Tally with { Failed = 0, Unrun = 0 });
    }

    private static JsonElement Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
