using System.Text.Json;

namespace Drover.Simulator.Oddities;

/// <summary>Statuses that are about one request, or about a moment.</summary>
internal static class Refusals
{
    private const int Times = 2;

    public static Dictionary<string, Func<OddCall, OddAnswer?>> All { get; } = new()
    {
        ["moderation"] = call => !IsFlagged(call) ? null : OddAnswer.Unpaid(
            403,
            """{"error":{"message":"This model requires moderation and your input was flagged for \"violence\".","code":403,"metadata":{"reasons":["violence"]}}}"""),
        ["azure-filter"] = call => !IsFlagged(call) ? null : OddAnswer.Unpaid(
            400,
            """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400}}"""),
        ["detail-422"] = _ => OddAnswer.Unpaid(
            422,
            """{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":7}]}"""),
        ["status-498"] = call => call.Sighting > Times ? null : OddAnswer.Unpaid(
            498, """{"error":{"message":"The tier's capacity is exceeded. Try again later.","type":"capacity_exceeded"}}"""),
        ["status-529"] = call => call.Sighting > Times ? null : OddAnswer.Unpaid(
            529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""),
        ["html-524"] = call => call.Sighting > Times ? null : OddAnswer.Page(524, "524: A timeout occurred"),
        ["busy-400"] = call => call.Sighting > Times ? null : OddAnswer.Unpaid(
            400, """{"error":{"message":"The model is at capacity, please try again later.","type":"invalid_request_error"}}"""),
    };

    private static bool IsFlagged(OddCall call) =>
        JsonSerializer.Serialize(call.Request).Contains("flagged", StringComparison.Ordinal);
}
