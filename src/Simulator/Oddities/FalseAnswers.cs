using System.Text.Json.Nodes;

namespace Drover.Simulator.Oddities;

/// <summary>A good status with a body that is no answer.</summary>
internal static class FalseAnswers
{
    public static Dictionary<string, Func<OddCall, OddAnswer?>> All { get; } = new()
    {
        ["error-inside"] = _ => OddAnswer.Unpaid(
            200, """{"error":{"message":"Provider returned error","code":502,"metadata":{"provider_name":"Some"}},"user_id":"user_1"}"""),
        ["error-inside-once"] = call => call.Sighting > 1 ? null : OddAnswer.Unpaid(
            200, """{"error":{"message":"Upstream error","code":502}}"""),
        ["choices-null"] = _ => OddAnswer.Unpaid(200, """{"id":null,"object":null,"created":null,"choices":null,"usage":null}"""),
        ["choices-empty"] = call =>
        {
            var completion = call.Completion();
            completion["choices"] = new JsonArray();
            return OddAnswer.Paid(completion);
        },
        ["finish-error"] = call => OddAnswer.Paid(call.With(choice =>
        {
            choice["finish_reason"] = "error";
            choice["error"] = new JsonObject { ["code"] = 502, ["message"] = "The provider broke off." };
        })),
        ["content-filter"] = call => OddAnswer.Paid(call.With(choice =>
        {
            choice["finish_reason"] = "content_filter";
            choice["message"]!["content"] = null;
        })),
        ["response-failed"] = call => Response(call, "failed", response => response["error"] = new JsonObject
        {
            ["code"] = "server_error",
            ["message"] = "The model failed to generate a response.",
        }),
        ["response-incomplete"] = call => Response(
            call, "incomplete", response => response["incomplete_details"] = new JsonObject { ["reason"] = "max_output_tokens" }),
        ["response-cancelled"] = call => Response(call, "cancelled", _ => { }),
    };

    private static OddAnswer? Response(OddCall call, string status, Action<JsonObject> change)
    {
        var response = call.Completion();
        if (response["output"] is null)
        {
            return null;
        }

        response["status"] = status;
        change(response);
        return OddAnswer.Paid(response);
    }
}
