using Drover.Models;
using Drover.OpenAI;

namespace Drover.Tests.Models;

public sealed class KnownModelsTests
{
    private static readonly Dictionary<string, ModelEntry> Expected = new()
    {
        {
            "gpt-4.1",
            new()
            {
                Input = 2m, Output = 8m, CachedInput = 0.5m, LatencyMs = 2_500, Quality = 87, ContextTokens = 1_047_576,
                MaxOutputTokens = 32_768, Vision = true, MaxImageTokens = 1_445,
            }
        },
        {
            "gpt-4.1-mini",
            new()
            {
                Input = 0.4m, Output = 1.6m, CachedInput = 0.1m, LatencyMs = 1_600, Quality = 78, ContextTokens = 1_047_576,
                MaxOutputTokens = 32_768, Vision = true, MaxImageTokens = 2_489,
            }
        },
        {
            "gpt-4.1-nano",
            new()
            {
                Input = 0.1m, Output = 0.4m, CachedInput = 0.025m, LatencyMs = 1_000, Quality = 64,
                ContextTokens = 1_047_576, MaxOutputTokens = 32_768, Vision = true, MaxImageTokens = 3_779,
            }
        },
        {
            "gpt-4o",
            new()
            {
                Input = 2.5m, Output = 10m, CachedInput = 1.25m, LatencyMs = 2_000, Quality = 82, ContextTokens = 128_000,
                MaxOutputTokens = 16_384, Vision = true, MaxImageTokens = 1_445,
            }
        },
        {
            "gpt-4o-mini",
            new()
            {
                Input = 0.15m, Output = 0.6m, CachedInput = 0.075m, LatencyMs = 1_700, Quality = 70, ContextTokens = 128_000,
                MaxOutputTokens = 16_384, Vision = true, MaxImageTokens = 48_169,
            }
        },
        {
            "claude-sonnet-4.5",
            new()
            {
                Input = 3m, Output = 15m, LatencyMs = 4_000, Quality = 95, ContextTokens = 200_000, MaxOutputTokens = 64_000,
                Vision = true, MaxImageTokens = 1_600,
            }
        },
        {
            "claude-3.5-sonnet",
            new()
            {
                Input = 0.8m, Output = 3m, LatencyMs = 3_500, Quality = 85, ContextTokens = 200_000, MaxOutputTokens = 8_192,
                Vision = true, MaxImageTokens = 1_600,
            }
        },
        {
            "deepseek-v3.2",
            new()
            {
                Input = 0.08m, Output = 0.42m, LatencyMs = 5_000, Quality = 86, ContextTokens = 128_000,
                MaxOutputTokens = 65_536, MaxImageTokens = 0, ReplyFormat = ReplyFormat.JsonObject,
            }
        },
        {
            "gemini-2.5-flash",
            new()
            {
                Input = 0.10m, Output = 2.50m, LatencyMs = 1_500, Quality = 80, ContextTokens = 1_048_576,
                MaxOutputTokens = 65_536, Vision = true, MaxImageTokens = 4_128,
            }
        },
        {
            "text-embedding-3-small",
            new()
            {
                Input = 0.02m, LatencyMs = 300, ContextTokens = 8_192, MaxOutputTokens = 0, MaxImageTokens = 0,
            }
        },
        {
            "text-embedding-3-large",
            new()
            {
                Input = 0.13m, LatencyMs = 400, ContextTokens = 8_192, MaxOutputTokens = 0, MaxImageTokens = 0,
            }
        },
    };

    [Fact]
    public void All_OfTheResource_HaveTheirPricesAndAbilities()
    {
        Assert.Equal(Expected.Keys.Order(), KnownModels.All.Keys.Order());
        Assert.All(Expected, model => Assert.Equal(model.Value, KnownModels.All[model.Key]));
    }

    [Fact]
    public void All_NameInAnotherCase_IsFound() => Assert.Same(KnownModels.All["gpt-4o"], KnownModels.All["GPT-4o"]);
}
