using System.Buffers;
using Drover.Models;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary><c>extract</c>: five keywords, a summary of at most 200 characters, categories and a confidence from 0 to 100.</summary>
internal sealed class ExtractRecipe(Prompts prompts, ModelCatalogue models) : IRecipe
{
    private readonly Prompt _prompt = Prompt.Read(prompts, "extract", 500, models);

    public string Name => "extract";

    public int TypicalAnswerTokens => 100;

    public ValueTask<CallResult?> WriteRequestAsync(
        Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(source.Text) && string.IsNullOrWhiteSpace(source.Title))
        {
            var hint = source.Image is null ? "" : " For images there is the recipe 'vision'.";
            return new(
                new CallResult(Outcome.Rejected)
                {
                    ErrorCode = "invalid_request",
                    ErrorMessage = $"The source has neither 'text' nor 'title'.{hint}"
                });
        }

        _prompt.WriteRequest(source, model, output);
        return default;
    }

    public Reading Read(Source source, IReadOnlyList<string> replies) => _prompt.Read(replies[^1]);
}
