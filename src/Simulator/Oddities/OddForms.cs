using System.Text;
using System.Text.Json.Nodes;

namespace Drover.Simulator.Oddities;

/// <summary>Answers that a model worked for, in another form than the API's.</summary>
internal static class OddForms
{
    public static Dictionary<string, Func<OddCall, OddAnswer?>> All { get; } = new()
    {
        ["status-201"] = call => OddAnswer.Paid(call.Completion(), 201),
        ["no-usage"] = call => WithUsage(call, null),
        ["usage-null"] = call =>
        {
            var completion = call.Completion();
            completion["usage"] = null;
            return OddAnswer.Paid(completion);
        },
        ["float-usage"] = call => WithUsage(call, JsonNode.Parse(
            $$"""{"prompt_tokens":{{call.Reply.PromptTokens}}.0,"completion_tokens":{{call.Reply.CompletionTokens}}.0}""")),
        ["cached-beside"] = call => WithUsage(
            call, JsonNode.Parse("""{"prompt_tokens":10,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":5000}}""")),
        ["cached-deepseek"] = call => WithUsage(call, JsonNode.Parse(
            """{"prompt_tokens":1000,"completion_tokens":20,"prompt_cache_hit_tokens":600,"prompt_cache_miss_tokens":400}""")),
        ["cached-anthropic"] = call => WithUsage(call, JsonNode.Parse(
            """{"input_tokens":10,"output_tokens":20,"cache_read_input_tokens":5000,"cache_creation_input_tokens":0}""")),
        ["infinity"] = call => OddAnswer.Paid(Encoding.UTF8.GetBytes(Logprobs(call).Replace("\"least\"", "-Infinity"))),
        ["nan"] = call => OddAnswer.Paid(Encoding.UTF8.GetBytes(Logprobs(call).Replace("\"least\"", "NaN"))),
        ["bom"] = call => OddAnswer.Paid([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(call.Completion().ToJsonString())]),
        ["half-body"] = call =>
        {
            var text = call.Completion().ToJsonString();
            return OddAnswer.Paid(Encoding.UTF8.GetBytes(text[..(text.Length / 2)]));
        },
        ["thinking-tags"] = call => OddAnswer.Paid(call.With(choice =>
        {
            var text = Content(choice);
            choice["message"]!["content"] = $"<think>\nShould it be {text.Replace(":\"", ":\"Draft ")}? No:\n</think>\n{text}";
        })),
        ["thinking-parts"] = call => OddAnswer.Paid(call.With(choice => choice["message"]!["content"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "thinking",
                ["thinking"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = "Perhaps {\"draft\":1}?" }),
            },
            new JsonObject { ["type"] = "text", ["text"] = Content(choice) }))),
        ["thought-out"] = call =>
        {
            var completion = call.With(choice =>
            {
                choice["finish_reason"] = "length";
                choice["message"]!["content"] = "";
                choice["message"]!["reasoning_content"] = "Let us see";
            });
            completion["usage"] = JsonNode.Parse(
                """{"prompt_tokens":100,"completion_tokens":500,"completion_tokens_details":{"reasoning_tokens":500}}""");
            return OddAnswer.Paid(completion);
        },
    };

    private static OddAnswer WithUsage(OddCall call, JsonNode? usage)
    {
        if (call.IsStream)
        {
            return OddAnswer.Events(call.Chunks().Where(chunk => chunk["usage"] is null));
        }

        var completion = call.Completion();
        completion.Remove("usage");
        if (usage is not null)
        {
            completion["usage"] = usage;
        }

        return OddAnswer.Paid(completion);
    }

    private static string Logprobs(OddCall call) => call.With(choice => choice["logprobs"] = new JsonObject
    {
        ["content"] = new JsonArray(new JsonObject { ["token"] = "A", ["logprob"] = "least" }),
    }).ToJsonString();

    private static string Content(JsonObject choice) => choice["message"]!["content"]?.GetValue<string>() ?? "";
}
