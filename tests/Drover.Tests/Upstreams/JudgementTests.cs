using System.Net;
using System.Text;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

/// <summary>What the errors of real providers mean, in the words that they use.</summary>
public sealed class JudgementTests
{
    public static TheoryData<string, int, string, Outcome, string> Bodies => new()
    {
        // A model that is not there.
        { "OpenAI", 404, """{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}""", Outcome.ModelUnknown, "model_not_found" },
        { "Azure OpenAI", 404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}""", Outcome.ModelUnknown, "DeploymentNotFound" },
        { "Anthropic", 404, """{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"},"request_id":"req_1"}""", Outcome.ModelUnknown, "not_found_error" },
        { "Gemini", 404, """[{"error":{"code":404,"message":"models/gemini-9 is not found for API version v1main, or is not supported for generateContent. Call ListModels to see the list of available models.","status":"NOT_FOUND"}}]""", Outcome.ModelUnknown, "NOT_FOUND" },
        { "OpenRouter", 400, """{"error":{"message":"nobody/model is not a valid model ID","code":400},"user_id":"u"}""", Outcome.ModelUnknown, "400" },
        { "OpenRouter, no endpoint", 404, """{"error":{"message":"No endpoints found for nobody/model:free.","code":404},"user_id":"u"}""", Outcome.ModelUnknown, "404" },
        { "Groq", 404, """{"error":{"message":"The model `nobody` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}""", Outcome.ModelUnknown, "model_not_found" },
        { "Groq, gone", 400, """{"error":{"message":"The model `llama2-70b-4096` has been decommissioned and is no longer supported. Please refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.","type":"invalid_request_error","code":"model_decommissioned"}}""", Outcome.ModelUnknown, "model_decommissioned" },
        { "Mistral", 400, """{"object":"error","message":"Invalid model: nobody","type":"invalid_model","param":null,"code":"1500"}""", Outcome.ModelUnknown, "invalid_model" },
        { "DeepSeek", 400, """{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", Outcome.ModelUnknown, "invalid_request_error" },
        { "Ollama", 404, """{"error":{"message":"model \"qwen2.5:7b\" not found, try pulling it first","type":"api_error","param":null,"code":null}}""", Outcome.ModelUnknown, "api_error" },
        { "Ollama, native", 404, """{"error":"model 'qwen2.5:7b' not found"}""", Outcome.ModelUnknown, "http_404" },
        { "vLLM", 404, """{"object":"error","message":"The model `nobody` does not exist.","type":"NotFoundError","param":null,"code":404}""", Outcome.ModelUnknown, "NotFoundError" },
        { "vLLM, newer", 404, """{"error":{"message":"The model `nobody` does not exist.","type":"NotFoundError","param":"model","code":404}}""", Outcome.ModelUnknown, "NotFoundError" },
        { "LM Studio", 404, """{"error":{"message":"Model \"nobody\" not found. Please load it first.","type":"invalid_request_error","param":"model","code":"model_not_found"}}""", Outcome.ModelUnknown, "model_not_found" },
        { "xAI", 400, """{"code":"Client specified an invalid argument","error":"Model not found: grok-9"}""", Outcome.ModelUnknown, "Client specified an invalid argument" },

        // An address that is not the API's.
        { "OpenAI", 404, """{"error":{"message":"Invalid URL (POST /chat/completions)","type":"invalid_request_error","param":null,"code":null}}""", Outcome.SetupWrong, "invalid_request_error" },
        { "Azure OpenAI", 404, """{"error":{"code":"404","message":"Resource not found"}}""", Outcome.SetupWrong, "404" },
        { "Groq", 404, """{"error":{"message":"Unknown request URL: POST /chat/completions. Please check the URL for typos, or see the docs at https://console.groq.com/docs/","type":"invalid_request_error","code":"unknown_url"}}""", Outcome.SetupWrong, "unknown_url" },
        { "Mistral", 404, """{"message":"no Route matched with those values"}""", Outcome.SetupWrong, "http_404" },
        { "vLLM", 404, """{"detail":"Not Found"}""", Outcome.SetupWrong, "http_404" },
        { "LM Studio", 200, """{"error":"Unexpected endpoint or method. (POST /chat/completions)"}""", Outcome.SetupWrong, "http_200" },
        { "llama.cpp", 404, """{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}""", Outcome.SetupWrong, "not_found_error" },
        { "Anthropic", 404, """{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}""", Outcome.SetupWrong, "not_found_error" },
        { "Ollama", 404, "404 page not found", Outcome.SetupWrong, "http_404" },
        { "a web server", 404, "<html><body><h1>404 Not Found</h1></body></html>", Outcome.SetupWrong, "http_404" },
        { "a web server", 405, "<html><body><h1>405 Method Not Allowed</h1></body></html>", Outcome.SetupWrong, "http_405" },
        { "FastAPI", 405, """{"detail":"Method Not Allowed"}""", Outcome.SetupWrong, "http_405" },

        // What a prompt says.
        { "OpenAI", 400, """{"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","param":null,"code":"content_policy_violation"}}""", Outcome.Rejected, "content_policy_violation" },
        { "OpenAI", 400, """{"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.","type":"invalid_request_error","param":null,"code":"invalid_prompt"}}""", Outcome.Rejected, "invalid_prompt" },
        { "Azure OpenAI", 400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", Outcome.Rejected, "content_filter" },
        { "OpenRouter", 403, """{"error":{"message":"openai/gpt-4o requires moderation on OpenAI. Your input was flagged for \"violence/graphic\". No credits were charged.","code":403,"metadata":{"reasons":["violence"]}}}""", Outcome.Rejected, "403" },
        { "DeepSeek", 400, """{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", Outcome.Rejected, "invalid_request_error" },
        { "xAI", 403, """{"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Team: t, API key ID: k, Model: grok-4, Failed check: SAFETY_CHECK_TYPE_BIO"}""", Outcome.Rejected, "The caller does not have permission to execute the specified operation" },

        // The key, and its money.
        { "OpenAI", 401, """{"error":{"message":"Incorrect API key provided: sk-x.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""", Outcome.KeyRefused, "invalid_api_key" },
        { "OpenAI", 429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", Outcome.KeyRefused, "insufficient_quota" },
        { "OpenAI", 403, """{"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}}""", Outcome.KeyRefused, "unsupported_country_region_territory" },
        { "Azure OpenAI", 401, """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}""", Outcome.KeyRefused, "401" },
        { "Anthropic", 401, """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}""", Outcome.KeyRefused, "authentication_error" },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}""", Outcome.KeyRefused, "invalid_request_error" },
        { "Gemini", 400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]""", Outcome.KeyRefused, "INVALID_ARGUMENT" },
        { "OpenRouter", 402, """{"error":{"message":"Insufficient credits. Add more using https://openrouter.ai/credits","code":402}}""", Outcome.KeyRefused, "402" },
        { "Mistral", 401, """{"detail":"Unauthorized"}""", Outcome.KeyRefused, "http_401" },
        { "DeepSeek", 402, """{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}""", Outcome.KeyRefused, "invalid_request_error" },

        // A moment.
        { "OpenAI", 429, """{"error":{"message":"Rate limit reached for gpt-4o-mini in organization org-x on tokens per min (TPM): Limit 200000.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}""", Outcome.Later, "rate_limit_exceeded" },
        { "Azure OpenAI", 429, """{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds."}}""", Outcome.Later, "429" },
        { "Anthropic", 529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", Outcome.Later, "overloaded_error" },
        { "Gemini", 429, """[{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}]""", Outcome.Later, "RESOURCE_EXHAUSTED" },
        { "Gemini", 503, """[{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}]""", Outcome.Later, "UNAVAILABLE" },
        { "OpenRouter, in a good answer", 200, """{"error":{"message":"Provider returned error","code":502,"metadata":{}},"user_id":"u"}""", Outcome.Later, "502" },
        { "OpenRouter, in a good answer", 200, """{"error":{"message":"Rate limit exceeded: free-models-per-min.","code":429}}""", Outcome.Later, "429" },
        { "Groq", 498, """{"error":{"message":"Flex tier capacity exceeded. Try again later.","type":"capacity_exceeded"}}""", Outcome.Later, "capacity_exceeded" },
        { "Mistral", 429, """{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}""", Outcome.Later, "service_tier_capacity_exceeded" },
        { "vLLM", 500, """{"object":"error","message":"","type":"InternalServerError","param":null,"code":500}""", Outcome.Later, "InternalServerError" },
        { "Ollama", 503, """{"error":{"message":"server busy, please try again.  maximum pending requests exceeded","type":"api_error","param":null,"code":null}}""", Outcome.Later, "api_error" },
        { "Cloudflare", 524, "<!DOCTYPE html><html><title>524: A timeout occurred</title></html>", Outcome.Later, "http_524" },
        { "a gateway", 400, """{"error":{"message":"The model is at capacity. Please try again later.","type":"invalid_request_error"}}""", Outcome.Later, "invalid_request_error" },

        // The form of one request.
        { "OpenAI", 400, """{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", Outcome.Rejected, "context_length_exceeded" },
        { "Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}""", Outcome.Rejected, "invalid_request_error" },
        { "Mistral", 422, """{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":1}]}""", Outcome.Rejected, "http_422" },
        { "vLLM", 400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","param":null,"code":400}""", Outcome.Rejected, "BadRequestError" },
        { "OpenAI", 400, """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}""", Outcome.Rejected, "unsupported_parameter" },
        { "OpenAI", 400, """{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}""", Outcome.Rejected, "unsupported_value" },
        { "OpenAI", 400, """{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide.","type":"invalid_request_error","param":null,"code":null}}""", Outcome.Rejected, "invalid_request_error" },
        { "OpenRouter", 404, """{"error":{"message":"No endpoints found that support image input","code":404}}""", Outcome.Rejected, "404" },
        { "OpenRouter, in a good answer", 200, """{"error":{"message":"This endpoint's maximum context length is 32768 tokens.","code":400}}""", Outcome.Rejected, "400" },
        { "Groq", 413, """{"error":{"message":"Request too large for model `llama` in organization org on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.","type":"tokens","code":"rate_limit_exceeded"}}""", Outcome.Rejected, "rate_limit_exceeded" },
        { "Groq", 400, """{"error":{"message":"Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":""}}""", Outcome.Rejected, "json_validate_failed" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Read_TheErrorOfAProvider_IsJudgedByWhatItSays(string provider, int status, string body, Outcome outcome, string code)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);

        var call = AnswerReader.Read(response, Encoding.UTF8.GetBytes(body), "/v1/chat/completions", DateTimeOffset.UnixEpoch);

        Assert.True(outcome == call.Outcome, $"{provider}: {call.Outcome}, {call.ErrorMessage}");
        Assert.Equal(code, call.ErrorCode);
        Assert.NotEmpty(call.ErrorMessage!);
    }
}
