using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Drover.OpenAI;
using Drover.Tests.Upstreams;
using Drover.Tokens;
using Microsoft.ML.Tokenizers;

namespace Drover.Tests.Tokens;

public sealed class TokenCounterTests
{
    private static readonly Tokenizer O200k = TiktokenTokenizer.CreateForEncoding("o200k_base");

    [Theory]
    [InlineData("gpt-4o", TokenEncoding.O200k)]
    [InlineData("gpt-4o-mini-2024-07-18", TokenEncoding.O200k)]
    [InlineData("gpt-4.1-nano", TokenEncoding.O200k)]
    [InlineData("gpt-5", TokenEncoding.O200k)]
    [InlineData("o1", TokenEncoding.O200k)]
    [InlineData("o3-mini", TokenEncoding.O200k)]
    [InlineData("o4-mini", TokenEncoding.O200k)]
    [InlineData("llama-3.3-70b", TokenEncoding.O200k)]
    [InlineData("", TokenEncoding.O200k)]
    [InlineData(null, TokenEncoding.O200k)]
    [InlineData("gpt-4", TokenEncoding.Cl100k)]
    [InlineData("GPT-4-0613", TokenEncoding.Cl100k)]
    [InlineData("gpt-4-turbo", TokenEncoding.Cl100k)]
    [InlineData("gpt-3.5-turbo", TokenEncoding.Cl100k)]
    [InlineData("gpt-35-turbo", TokenEncoding.Cl100k)]
    [InlineData("ft:gpt-3.5-turbo:me::1", TokenEncoding.Cl100k)]
    [InlineData("openai/gpt-4-turbo", TokenEncoding.Cl100k)]
    [InlineData("text-embedding-3-small", TokenEncoding.Cl100k)]
    public void EncodingOf_AModel_IsThatOfItsFamily(string? model, TokenEncoding encoding) =>
        Assert.Equal(encoding, TokenCounter.EncodingOf(model));

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("Hello there!", 3, 3)]
    [InlineData("こんにちは", 1, 1)]
    [InlineData("1234567", 3, 3)]
    [InlineData("ありがとうございました", 1, 3)]
    public void Count_KnownTexts_HaveWhatTheEncodingGivesThem(string text, int o200k, int cl100k) =>
        Assert.Equal(
            (o200k, cl100k),
            ((int)new TokenCounter(TokenEncoding.O200k).Count(text), (int)new TokenCounter(TokenEncoding.Cl100k).Count(text)));

    [Theory]
    [InlineData(TokenEncoding.O200k, "o200k_base")]
    [InlineData(TokenEncoding.Cl100k, "cl100k_base")]
    public void Count_RandomTexts_IsWhatTheLibraryMakesOfThem(TokenEncoding encoding, string name)
    {
        string[] parts =
            [
                "Hello", " there", "'s", "'LL", "\r\n", "\n\n", "   ", "\t", "12345", "7", "é", "Ünï", "日本", "🙂", "#", "//", "--", "<|",
                "a/b\n", "ǅ", "́"
            ];
        var library = TiktokenTokenizer.CreateForEncoding(name);
        var counter = new TokenCounter(encoding);
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));

            Assert.Equal((text, (long)library.CountTokens(text)), (text, counter.Count(text)));
        }
    }

    [Fact]
    public void Count_ALongText_IsTheSameInWindows()
    {
        var text = string.Join(' ', ProductTexts.Of(500, 1));
        var counter = TokenCounter.For("gpt-4o");

        Assert.Equal(O200k.CountTokens(text), counter.Count(text));
        Assert.Equal(text.Length, counter.Counted);
        Assert.Equal(counter.Count(text), counter.Count(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Count_OneWordOfAMillionLetters_TakesNoSquareOfTheTime()
    {
        var began = Stopwatch.GetTimestamp();

        Assert.InRange(TokenCounter.For(null).Count(new string('a', 1_000_000)), 100_000, 200_000);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Count_MoreThanIsCounted_IsScaledByTheRule()
    {
        var text = string.Join(' ', ProductTexts.Of(200, 2));
        var counter = new TokenCounter(TokenEncoding.O200k, longest: 2_000);

        Assert.InRange(counter.Count(text) / (double)O200k.CountTokens(text), 0.95, 1.05);
        Assert.Equal(2_000, counter.Counted);
    }

    [Fact]
    public void LengthOf_AnyText_IsTheLongestBeginningThatFits()
    {
        var text = string.Join(' ', ProductTexts.Of(200, 3));
        var counter = TokenCounter.For(null);
        foreach (var most in new[] { 0, 1, 17, 1_000, 2_500, 1_000_000 })
        {
            var length = counter.LengthOf(text, most);

            Assert.InRange(O200k.CountTokens(text.AsSpan(0, length)), 0, most);
            Assert.True(length == text.Length || O200k.CountTokens(text.AsSpan(0, Math.Min(text.Length, length + 20))) > most);
        }
    }

    [Fact]
    public void Read_WithACounter_CountsTextsAndLeavesTheRestToTheRule()
    {
        var texts = ProductTexts.Of(20, 4).ToList();
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { model = "gpt-4o", messages = texts.Select(content => new { role = "user", content }) });

        var shape = RequestShape.Read("/v1/chat/completions", body, TokenCounter.For("gpt-4o"));

        Assert.Equal(texts.Sum(t => O200k.CountTokens(t) + 4) + 3, shape.PromptTokens);
        Assert.Equal(RequestShape.Read("/v1/chat/completions", body) with { PromptTokens = shape.PromptTokens }, shape);
    }
}
