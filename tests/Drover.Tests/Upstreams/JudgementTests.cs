using System.Net;
using System.Text;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

/// <summary>What the errors of real providers mean, in the words that they use.</summary>
public sealed class JudgementTests
{
    public static TheoryData<string, int, Outcome, string, string> Bodies => new()
    {
        // A model that is not there.
        {
            "OpenAI", 404, Outcome.ModelUnknown, "model_not_found",
            """{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"""
        },
        {
            "Azure OpenAI", 404, Outcome.ModelUnknown, "DeploymentNotFound",
            """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}"""
        },
        {
            "Anthropic", 404, Outcome.ModelUnknown, "not_found_error",
            """{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"},"request_id":"req_1"}"""
        },
        {
            "Gemini", 404, Outcome.ModelUnknown, "NOT_FOUND",
            """[{"error":{"code":404,"message":"models/gemini-9 is not found for API version v1main, or is not supported for generateContent. Call ListModels to see the list of available models.","status":"NOT_FOUND"}}]"""
        },
        {
            "OpenRouter", 400, Outcome.ModelUnknown, "400",
            """{"error":{"message":"nobody/model is not a valid model ID","code":400},"user_id":"u"}"""
        },
        {
            "OpenRouter, no endpoint", 404, Outcome.ModelUnknown, "404",
            """{"error":{"message":"No endpoints found for nobody/model:free.","code":404},"user_id":"u"}"""
        },
        {
            "Groq", 404, Outcome.ModelUnknown, "model_not_found",
            """{"error":{"message":"The model `nobody` does not exist or you do not have access to it.","type":"invalid_request_error","code":"model_not_found"}}"""
        },
        {
            "Groq, gone", 400, Outcome.ModelUnknown, "model_decommissioned",
            """{"error":{"message":"The model `llama2-70b-4096` has been decommissioned and is no longer supported. Please refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.","type":"invalid_request_error","code":"model_decommissioned"}}"""
        },
        {
            "Mistral", 400, Outcome.ModelUnknown, "invalid_model",
            """{"object":"error","message":"Invalid model: nobody","type":"invalid_model","param":null,"code":"1500"}"""
        },
        {
            "DeepSeek", 400, Outcome.ModelUnknown, "invalid_request_error",
            """{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"""
        },
        {
            "Ollama", 404, Outcome.ModelUnknown, "api_error",
            """{"error":{"message":"model \"qwen2.5:7b\" not found, try pulling it first","type":"api_error","param":null,"code":null}}"""
        },
        {
            "Ollama, native", 404, Outcome.ModelUnknown, "http_404",
            """{"error":"model 'qwen2.5:7b' not found"}"""
        },
        {
            "vLLM", 404, Outcome.ModelUnknown, "NotFoundError",
            """{"object":"error","message":"The model `nobody` does not exist.","type":"NotFoundError","param":null,"code":404}"""
        },
        {
            "vLLM, newer", 404, Outcome.ModelUnknown, "NotFoundError",
            """{"error":{"message":"The model `nobody` does not exist.","type":"NotFoundError","param":"model","code":404}}"""
        },
        {
            "LM Studio", 404, Outcome.ModelUnknown, "model_not_found",
            """{"error":{"message":"Model \"nobody\" not found. Please load it first.","type":"invalid_request_error","param":"model","code":"model_not_found"}}"""
        },
        {
            "xAI", 400, Outcome.ModelUnknown, "Client specified an invalid argument",
            """{"code":"Client specified an invalid argument","error":"Model not found: grok-9"}"""
        },

        // An address that is not the API's.
        {
            "OpenAI", 404, Outcome.SetupWrong, "invalid_request_error",
            """{"error":{"message":"Invalid URL (POST /chat/completions)","type":"invalid_request_error","param":null,"code":null}}"""
        },
        {
            "Azure OpenAI", 404, Outcome.SetupWrong, "404",
            """{"error":{"code":"404","message":"Resource not found"}}"""
        },
        {
            "Groq", 404, Outcome.SetupWrong, "unknown_url",
            """{"error":{"message":"Unknown request URL: POST /chat/completions. Please check the URL for typos, or see the docs at https://console.groq.com/docs/","type":"invalid_request_error","code":"unknown_url"}}"""
        },
        {
            "Mistral", 404, Outcome.SetupWrong, "http_404",
            """{"message":"no Route matched with those values"}"""
        },
        {
            "vLLM", 404, Outcome.SetupWrong, "http_404",
            """{"detail":"Not Found"}"""
        },
        {
            "LM Studio", 200, Outcome.SetupWrong, "http_200",
            """{"error":"Unexpected endpoint or method. (POST /chat/completions)"}"""
        },
        {
            "llama.cpp", 404, Outcome.SetupWrong, "not_found_error",
            """{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"""
        },
        {
            "Anthropic", 404, Outcome.SetupWrong, "not_found_error",
            """{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}"""
        },
        {
            "Ollama", 404, Outcome.SetupWrong, "http_404",
            "404 page not found"
        },
        {
            "a web server", 404, Outcome.SetupWrong, "http_404",
            "<html><body><h1>404 Not Found</h1></body></html>"
        },
        {
            "a web server", 405, Outcome.SetupWrong, "http_405",
            "<html><body><h1>405 Method Not Allowed</h1></body></html>"
        },
        {
            "FastAPI", 405, Outcome.SetupWrong, "http_405",
            """{"detail":"Method Not Allowed"}"""
        },

        // What a prompt says.
        {
            "OpenAI", 400, Outcome.Rejected, "content_policy_violation",
            """{"error":{"message":"Your request was rejected as a result of our safety system.","type":"invalid_request_error","param":null,"code":"content_policy_violation"}}"""
        },
        {
            "OpenAI", 400, Outcome.Rejected, "invalid_prompt",
            """{"error":{"message":"Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.","type":"invalid_request_error","param":null,"code":"invalid_prompt"}}"""
        },
        {
            "Azure OpenAI", 400, Outcome.Rejected, "content_filter",
            """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"""
        },
        {
            "OpenRouter", 403, Outcome.Rejected, "403",
            """{"error":{"message":"openai/gpt-4o requires moderation on OpenAI. Your input was flagged for \"violence/graphic\". No credits were charged.","code":403,"metadata":{"reasons":["violence"]}}}"""
        },
        {
            "DeepSeek", 400, Outcome.Rejected, "invalid_request_error",
            """{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"""
        },
        {
            "xAI", 403, Outcome.Rejected, "The caller does not have permission to execute the specified operation",
            """{"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Team: t, API key ID: k, Model: grok-4, Failed check: SAFETY_CHECK_TYPE_BIO"}"""
        },

        // The key, and its money.
        {
            "OpenAI", 401, Outcome.KeyRefused, "invalid_api_key",
            """{"error":{"message":"Incorrect API key provided: sk-x.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"""
        },
        {
            "OpenAI", 429, Outcome.KeyRefused, "insufficient_quota",
            """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"""
        },
        {
            "OpenAI", 403, Outcome.KeyRefused, "unsupported_country_region_territory",
            """{"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}}"""
        },
        {
            "Azure OpenAI", 401, Outcome.KeyRefused, "401",
            """{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}"""
        },
        {
            "Anthropic", 401, Outcome.KeyRefused, "authentication_error",
            """{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"""
        },
        {
            "Anthropic", 400, Outcome.KeyRefused, "invalid_request_error",
            """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."}}"""
        },
        {
            "Gemini", 400, Outcome.KeyRefused, "INVALID_ARGUMENT",
            """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]"""
        },
        {
            "OpenRouter", 402, Outcome.KeyRefused, "402",
            """{"error":{"message":"Insufficient credits. Add more using https://openrouter.ai/credits","code":402}}"""
        },
        {
            "Mistral", 401, Outcome.KeyRefused, "http_401",
            """{"detail":"Unauthorized"}"""
        },
        {
            "DeepSeek", 402, Outcome.KeyRefused, "invalid_request_error",
            """{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"""
        },

        // A moment.
        {
            "OpenAI", 429, Outcome.Later, "rate_limit_exceeded",
            """{"error":{"message":"Rate limit reached for gpt-4o-mini in organization org-x on tokens per min (TPM): Limit 200000.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"""
        },
        {
            "Azure OpenAI", 429, Outcome.Later, "429",
            """{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds."}}"""
        },
        {
            "Anthropic", 529, Outcome.Later, "overloaded_error",
            """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""
        },
        {
            "Gemini", 429, Outcome.Later, "RESOURCE_EXHAUSTED",
            """[{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}]"""
        },
        {
            "Gemini", 503, Outcome.Later, "UNAVAILABLE",
            """[{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}]"""
        },
        {
            "OpenRouter, in a good answer", 200, Outcome.Later, "502",
            """{"error":{"message":"Provider returned error","code":502,"metadata":{}},"user_id":"u"}"""
        },
        {
            "OpenRouter, in a good answer", 200, Outcome.Later, "429",
            """{"error":{"message":"Rate limit exceeded: free-models-per-min.","code":429}}"""
        },
        {
            "Groq", 498, Outcome.Later, "capacity_exceeded",
            """{"error":{"message":"Flex tier capacity exceeded. Try again later.","type":"capacity_exceeded"}}"""
        },
        {
            "Mistral", 429, Outcome.Later, "service_tier_capacity_exceeded",
            """{"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}"""
        },
        {
            "vLLM", 500, Outcome.Later, "InternalServerError",
            """{"object":"error","message":"","type":"InternalServerError","param":null,"code":500}"""
        },
        {
            "Ollama", 503, Outcome.Later, "api_error",
            """{"error":{"message":"server busy, please try again.  maximum pending requests exceeded","type":"api_error","param":null,"code":null}}"""
        },
        {
            "Cloudflare", 524, Outcome.Later, "http_524",
            "<!DOCTYPE html><html><title>524: A timeout occurred</title></html>"
        },
        {
            "a gateway", 400, Outcome.Later, "invalid_request_error",
            """{"error":{"message":"The model is at capacity. Please try again later.","type":"invalid_request_error"}}"""
        },

        // The form of one request.
        {
            "OpenAI", 400, Outcome.Rejected, "context_length_exceeded",
            """{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"""
        },
        {
            "Anthropic", 400, Outcome.Rejected, "invalid_request_error",
            """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}"""
        },
        {
            "Mistral", 422, Outcome.Rejected, "http_422",
            """{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":1}]}"""
        },
        {
            "vLLM", 400, Outcome.Rejected, "BadRequestError",
            """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","param":null,"code":400}"""
        },
        {
            "OpenAI", 400, Outcome.Rejected, "unsupported_parameter",
            """{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"""
        },
        {
            "OpenAI", 400, Outcome.Rejected, "unsupported_value",
            """{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"""
        },
        {
            "OpenAI", 400, Outcome.Rejected, "invalid_request_error",
            """{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. Learn more about supported models at the Structured Outputs guide.","type":"invalid_request_error","param":null,"code":null}}"""
        },
        {
            "OpenRouter", 404, Outcome.Rejected, "404",
            """{"error":{"message":"No endpoints found that support image input","code":404}}"""
        },
        {
            "OpenRouter, in a good answer", 200, Outcome.Rejected, "400",
            """{"error":{"message":"This endpoint's maximum context length is 32768 tokens.","code":400}}"""
        },
        {
            "Groq", 413, Outcome.Rejected, "rate_limit_exceeded",
            """{"error":{"message":"Request too large for model `llama` in organization org on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.","type":"tokens","code":"rate_limit_exceeded"}}"""
        },
        {
            "Groq", 400, Outcome.Rejected, "json_validate_failed",
            """{"error":{"message":"Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":""}}"""
        },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Read_TheErrorOfAProvider_IsJudgedByWhatItSays(string provider, int status, Outcome outcome, string code, string body)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);

        var call = AnswerReader.Read(response, Encoding.UTF8.GetBytes(body), "/v1/chat/completions", DateTimeOffset.UnixEpoch);

        Assert.True(outcome == call.Outcome, $"{provider}: {call.Outcome}, {call.ErrorMessage}");
        Assert.Equal(code, call.ErrorCode);
        Assert.NotEmpty(call.ErrorMessage!);
    }
}
