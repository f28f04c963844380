using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.OpenAI;

namespace Drover.Tests.OpenAI;

/// <summary>Requests of <c>/v1/responses</c> as chat completions, and back.</summary>
public sealed class ResponsesTests
{
    private const string Request =
        """
        {"model":"m","instructions":"Be brief.","input":[
          {"role":"developer","content":"In English."},
          {"role":"user","content":[{"type":"input_text","text":"What is it?"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"low"}]},
          {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Let me see.","annotations":[]}]},
          {"type":"function_call","id":"fc_1","call_id":"call_1","name":"look","arguments":"{\"at\":\"日本\"}","status":"completed"},
          {"type":"function_call","call_id":"call_2","name":"look","arguments":"{}"},
          {"type":"function_call_output","call_id":"call_1","output":"A cat."},
          {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"A dog."}]}],
         "max_output_tokens":50,"temperature":0.5,"top_p":0.9,"user":"u","parallel_tool_calls":false,"metadata":{"a":"b"},"store":true,
         "previous_response_id":null,"background":false,"include":[],"truncation":"disabled","reasoning":{"effort":"low","summary":null},
         "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","description":"d","strict":true,"schema":{"type":"object"}}},
         "tools":[{"type":"function","name":"look","description":"Looks.","parameters":{"type":"object"},"strict":true}],
         "tool_choice":{"type":"function","name":"look"}}
        """;

    [Fact]
    public void ToChat_AllThatHasACounterpart_IsPutInItsPlace() => AssertSame(
        """
        {"model":"m","max_tokens":50,"temperature":0.5,"top_p":0.9,"user":"u","parallel_tool_calls":false,"reasoning_effort":"low","verbosity":"low",
         "response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","strict":true,"schema":{"type":"object"}}},
         "tools":[{"type":"function","function":{"name":"look","description":"Looks.","parameters":{"type":"object"},"strict":true}}],
         "tool_choice":{"type":"function","function":{"name":"look"}},
         "messages":[
          {"role":"system","content":"Be brief."},
          {"role":"system","content":"In English."},
          {"role":"user","content":[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]},
          {"role":"assistant","content":"Let me see.","tool_calls":[
            {"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"at\":\"日本\"}"}},
            {"id":"call_2","type":"function","function":{"name":"look","arguments":"{}"}}]},
          {"role":"tool","content":"A cat.","tool_call_id":"call_1"},
          {"role":"tool","content":"A dog.","tool_call_id":"call_2"}]}
        """,
        ResponsesRequest.ToChat(Json(Request)));

    [Theory]
    [InlineData("""{"input":"hi","text":{"format":{"type":"text"}}}""", """{"messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("""{"input":"hi","text":{"format":{"type":"json_object"}},"tool_choice":"none"}""",
        """{"response_format":{"type":"json_object"},"tool_choice":"none","messages":[{"role":"user","content":"hi"}]}""")]
    [InlineData("""{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}""",
        """{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]}""")]
    public void ToChat_LessThanAll_IsPutAsItIs(string request, string chat) => AssertSame(chat, ResponsesRequest.ToChat(Json(request)));

    [Theory]
    [InlineData("\"previous_response_id\":\"resp_1\"", "previous_response_id")]
    [InlineData("\"conversation\":\"conv_1\"", "conversation")]
    [InlineData("\"prompt\":{\"id\":\"p\"}", "prompt")]
    [InlineData("\"background\":true", "background")]
    [InlineData("\"truncation\":\"auto\"", "truncation")]
    [InlineData("\"include\":[\"reasoning.encrypted_content\"]", "include")]
    [InlineData("\"reasoning\":{\"summary\":\"auto\"}", "reasoning.summary")]
    [InlineData("\"text\":{\"format\":{\"type\":\"grammar\"}}", "text.format.type")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"web_search\"}]", "tools[1]")]
    [InlineData("\"tool_choice\":{\"type\":\"file_search\"}", "tool_choice")]
    [InlineData("\"something_new\":1", "something_new")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":\"a\"},{\"type\":\"item_reference\",\"id\":\"i\"}]", "input[1]")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_id\":\"f\"}]}]", "input[0].content[0]")]
    [InlineData(
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"f\"}]}]", "input[0].content[0].file_id")]
    [InlineData("\"input\":[{\"role\":\"user\"}]", "input[0].content")]
    [InlineData("\"input\":7", "input")]
    [InlineData("\"input\":null", "input")]
    public void ToChat_WithoutACounterpart_IsRefusedByName(string member, string parameter) => Assert.Equal(
        parameter,
        Assert.Throws<UntranslatableException>(() => ResponsesRequest.ToChat(Json($$"""{"input":"hi",{{member}}}"""))).Parameter);

    [Fact]
    public void Of_AnAnswerWithCalls_IsTheResponseThatWasAskedFor()
    {
        const string Chat =
            """
            {"id":"1","object":"chat.completion","created":5,"model":"m-1","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
             "content":"Well.","tool_calls":[{"id":"call_3","type":"function","function":{"name":"look","arguments":"{\"a\":1}"}}]}}],
             "usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":2}}}
            """;

        AssertSame(
            """
            {"id":"resp_1","object":"response","created_at":5,"status":"completed","background":false,"error":null,"incomplete_details":null,
             "instructions":"Be brief.","max_output_tokens":50,"model":"m-1","output":[
              {"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Well."}]},
              {"id":"fc_call_3","type":"function_call","status":"completed","call_id":"call_3","name":"look","arguments":"{\"a\":1}"}],
             "parallel_tool_calls":false,"previous_response_id":null,"reasoning":{"effort":"low","summary":null},"store":false,"temperature":0.5,
             "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","description":"d","strict":true,"schema":{"type":"object"}}},
             "tool_choice":{"type":"function","name":"look"},
             "tools":[{"type":"function","name":"look","description":"Looks.","parameters":{"type":"object"},"strict":true}],
             "top_p":0.9,"truncation":"disabled","usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,
             "output_tokens_details":{"reasoning_tokens":0},"total_tokens":10},"user":"u","metadata":{"a":"b"}}
            """,
            ResponsesAnswer.Of(Json(Chat), Json(Request)));
    }

    [Theory]
    [InlineData(
        """{"choices":[{"finish_reason":"length","message":{"content":"a"}}]}""", "incomplete",
        "max_output_tokens", """[{"type":"output_text","annotations":[],"logprobs":[],"text":"a"}]""")]
    [InlineData(
        """{"choices":[{"finish_reason":"content_filter","message":{"content":null,"refusal":"No."}}]}""",
        "incomplete", "content_filter", """[{"type":"refusal","refusal":"No."}]""")]
    [InlineData("""{"choices":[]}""", "failed", null, null)]
    [InlineData("""{}""", "failed", null, null)]
    public void Of_AnAnswerThatIsCut_SaysWhy(string chat, string status, string? reason, string? content)
    {
        var response = Json(ResponsesAnswer.Of(Json(chat), Json("""{"model":"m","input":"hi"}""")));

        Assert.Equal(status, response.GetProperty("status").GetString());
        Assert.Equal(
            reason,
            response.GetProperty("incomplete_details") is { ValueKind: JsonValueKind.Object } details
                ? details.GetProperty("reason").GetString()
                : null);
        Assert.Equal(
            content, response.GetProperty("output").EnumerateArray().Select(o => o.GetProperty("content").GetRawText()).SingleOrDefault());
        Assert.Equal(status == "failed", response.GetProperty("error").ValueKind == JsonValueKind.Object);
    }

    private static void AssertSame(string expected, byte[] got) =>
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(got)),
            $"{expected}\n\nis not\n\n{System.Text.Encoding.UTF8.GetString(got)}");

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    private static JsonElement Json(byte[] json) => JsonDocument.Parse(json).RootElement;
}
