using Drover.Tokens;

namespace Drover.OpenAI;

/// <summary>What one request asks for, as far as limits and money are concerned; read from its JSON body without building it up.</summary>
/// <remarks>
/// For <c>/v1/chat/completions</c>, <c>/v1/completions</c>, <c>/v1/embeddings</c> and <c>/v1/responses</c>. Images are only
/// counted here: how many tokens one may be depends on the model, so <c>ModelCatalogue</c> adds them to the bound.
/// </remarks>
public readonly record struct RequestShape
{
    /// <summary>
    /// More tokens than any model's context holds: the bound of a request that refers to content that is not in it (a file, an earlier
    /// response, a search).
    /// </summary>
    public const long Unbounded = 2_097_152;

    private const long TypicalAnswerTokens = 500; // Of a request that sets no limit.

    /// <summary>The model asked for; null when the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// The prompt's tokens, about: four bytes of text a token, one token a character of Chinese, Japanese or Korean, four a
    /// message, 765 an image (85 with <c>"detail":"low"</c>), and half as many for tools and schemas as their JSON is long.
    /// </summary>
    public long PromptTokens { get; init; }

    /// <summary>
    /// What the prompt's tokens without images cannot pass: a token is at least one byte, so the body's bytes (those of
    /// images in data URLs left out), and what a chat template or the use of tools adds. <see cref="Unbounded"/> at times.
    /// </summary>
    public long MostPromptTokens { get; init; }

    /// <summary>
    /// What the tokens of all answers together cannot pass: <c>max_tokens</c>, <c>max_completion_tokens</c> or
    /// <c>max_output_tokens</c> times <see cref="Answers"/>. Null when the request sets no limit; 0 for embeddings.
    /// </summary>
    public long? MostCompletionTokens { get; init; }

    /// <summary>
    /// The tokens that the call is expected to use, prompt and answers together; the throttle learns the truth afterwards.
    /// </summary>
    public long ExpectedTokens => PromptTokens + (MostCompletionTokens ?? TypicalAnswerTokens * Answers);

    /// <summary>How many answers are generated: <c>n</c> or <c>best_of</c>, for each prompt. 0 for embeddings.</summary>
    public int Answers { get; init; }

    /// <summary>
    /// How many prompts there are: the length of a list of prompts or inputs, otherwise 1. Each may fill the model's context.
    /// </summary>
    public int Prompts { get; init; }

    /// <summary>How many images come with it.</summary>
    public int Images { get; init; }

    /// <summary>
    /// Reads a body. Never throws: what is no valid request goes upstream and is refused there, and its bound is its length.
    /// </summary>
    /// <param name="url">The OpenAI route.</param>
    /// <param name="body">The request's JSON.</param>
    /// <param name="counter">Counts the tokens of its texts; null: about, by the rule.</param>
    public static RequestShape Read(string url, ReadOnlySpan<byte> body, TokenCounter? counter = null) =>
        new RequestShapeReader(url, body, counter).Read();
}
