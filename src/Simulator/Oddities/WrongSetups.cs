namespace Drover.Simulator.Oddities;

/// <summary>What providers answer to a model that they do not have, and servers to an address that is not the API's.</summary>
internal static class WrongSetups
{
    public static Dictionary<string, Func<OddCall, OddAnswer?>> All { get; } = new()
    {
        ["openai-404"] = call => Unknown(
            $$$"""{"error":{"message":"The model `{{{call.Model}}}` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"""),
        ["ollama-404"] = call => Unknown(
            $$$"""{"error":{"message":"model \"{{{call.Model}}}\" not found, try pulling it first","type":"api_error","param":null,"code":null}}"""),
        ["vllm-404"] = call => Unknown(
            $$"""{"object":"error","message":"The model `{{call.Model}}` does not exist.","type":"NotFoundError","param":null,"code":404}"""),
        ["azure-404"] = _ => Unknown(
            """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}"""),
        ["anthropic-404"] = call => Unknown(
            $$$"""{"type":"error","error":{"type":"not_found_error","message":"model: {{{call.Model}}}"},"request_id":"req_1"}"""),
        ["gemini-404"] = call => Unknown(
            $$$"""[{"error":{"code":404,"message":"models/{{{call.Model}}} is not found for API version v1main, or is not supported for generateContent.","status":"NOT_FOUND"}}]"""),
        ["openrouter-400"] = call => OddAnswer.Unpaid(
            400,
            $$$"""{"error":{"message":"{{{call.Model}}} is not a valid model ID","code":400},"user_id":"user_1"}"""),
        ["html-404"] = _ => OddAnswer.Page(404, "404 Not Found"),
        ["html-200"] = _ => OddAnswer.Page(200, "Welcome"),
        ["detail-404"] = _ => Unknown(
            """{"detail":"Not Found"}"""),
        ["endpoint-200"] = _ => OddAnswer.Unpaid(200, """{"error":"Unexpected endpoint or method. (POST /chat/completions)"}"""),
        ["redirect"] = call => OddAnswer.Redirect($"https://{call.Host}/moved/v1/chat/completions"),
    };

    private static OddAnswer Unknown(string json) => OddAnswer.Unpaid(404, json);
}
