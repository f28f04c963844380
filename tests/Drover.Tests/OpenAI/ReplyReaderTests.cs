using System.Text;
using System.Text.Json;
using Drover.OpenAI;

namespace Drover.Tests.OpenAI;

public sealed class ReplyReaderTests
{
    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":4}}""", 10, 4, 0)]
    [InlineData("""{"usage":{"input_tokens":10,"output_tokens":4,"input_tokens_details":{"cached_tokens":3,"x":{}}}}""", 10, 4, 3)]
    [InlineData("""{"usage":{"prompt_tokens":"10","completion_tokens":1.5,"total_tokens":[1]}}""", 10, 2, 0)]
    [InlineData("""{"usage":{"prompt_tokens":-10,"completion_tokens":99999999999999999999}}""", 0, 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":1,"prompt_tokens_details":null}}""", 1, 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":10.0,"completion_tokens":4.0}}""", 10, 4, 0)]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4}}""", 10, 4, 6)]
    [InlineData("""{"usage":{"input_tokens":10,"output_tokens":4,"cache_read_input_tokens":5000,"cache_creation_input_tokens":7}}""", 5017, 4, 5000)]
    [InlineData("""{"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5000}}}""", 5010, 4, 5000)]
    [InlineData("""{"usage":null}""", 0, 0, 0)]
    [InlineData("""{"usage":[{"prompt_tokens":1}]}""", 0, 0, 0)]
    [InlineData("""{"choices":[{"usage":{"prompt_tokens":1}}]}""", 0, 0, 0)]
    [InlineData("""["usage"]""", 0, 0, 0)]
    public void Read_FormsOfUsage_GivesTokens(string json, long prompt, long completion, long cached) =>
        Assert.Equal(prompt + completion == 0 ? null : new TokenUsage(prompt, completion, cached), Read(json).Usage);

    [Theory]
    [InlineData("""{"usage":{"completion_tokens":4,"completion_tokens_details":{"audio_tokens":1,"reasoning_tokens":3}}}""")]
    [InlineData("""{"usage":{"output_tokens":4,"output_tokens_details":{"reasoning_tokens":3}}}""")]
    public void Read_ReasoningTokens_AreGiven(string json) => Assert.Equal(new TokenUsage(0, 4, 0, 3), Read(json).Usage);

    [Fact]
    public void Read_MembersAfterUsage_AreReadToo()
    {
        var reply = Read("""{"usage":{"prompt_tokens":1},"x":{"model":"inner"},"model":"outer","error":{"code":"c","message":"m"}}""");

        Assert.Equal(("outer", true), (reply.Model, reply.HasError));
    }

    [Theory]
    [InlineData("""{"error":null}""", false)]
    [InlineData("""{"error":""}""", false)]
    [InlineData("""{"error":false}""", false)]
    [InlineData("""{"error":{}}""", false)]
    [InlineData("""{"error":"down"}""", true)]
    [InlineData("""{"error":{"code":502}}""", true)]
    [InlineData("""{"choices":[{"finish_reason":"stop","error":{"code":502}}]}""", true)]
    [InlineData("""{"choices":[{"finish_reason":"error"}]}""", true)]
    [InlineData("""{"choices":[{"finish_reason":"stop"}]}""", false)]
    public void Read_Errors_AreThoseThatSaySomething(string json, bool hasError) => Assert.Equal(hasError, Read(json).HasError);

    [Theory]
    [InlineData("/v1/chat/completions", """{"choices":[{"message":{}}]}""", true)]
    [InlineData("/v1/chat/completions", """{"choices":null}""", false)]
    [InlineData("/v1/chat/completions", """{"choices":[]}""", false)]
    [InlineData("/v1/chat/completions", """{"choices":["text"]}""", false)]
    [InlineData("/v1/chat/completions", """[{"choices":[{}]}]""", false)]
    [InlineData("/v1/responses", """{"output":[]}""", true)]
    [InlineData("/v1/responses", """{"id":"r"}""", false)]
    [InlineData("/v1/embeddings", """{"data":[{}]}""", true)]
    [InlineData("/v1/embeddings", """{"data":[]}""", false)]
    public void Holds_WhatTheRouteAsksFor(string url, string json, bool holds) => Assert.Equal(holds, Read(json).Holds(url));

    [Fact]
    public void Read_ModelThatIsNoText_IsNull() => Assert.Null(Read("""{"model":{"name":"m"},"id":1}""").Model);

    [Fact]
    public void Read_CutAnywhere_ThrowsJsonException()
    {
        const string json =
            """{"model":"m","usage":{"prompt_tokens":12,"prompt_tokens_details":{"cached_tokens":3}},"error":{"code":"c"},"x":[1,{}]}""";
        for (var length = 0; length < json.Length; length++)
        {
            Assert.ThrowsAny<JsonException>(() => Read(json[..length]));
        }
    }

    private static Reply Read(string json) => ReplyReader.Read(Encoding.UTF8.GetBytes(json));
}
