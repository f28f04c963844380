namespace Drover.Upstreams;

/// <summary>One call to an OpenAI-compatible API.</summary>
/// <param name="Url">The OpenAI route, such as <c>/v1/chat/completions</c>.</param>
/// <param name="Body">The request's JSON.</param>
/// <param name="Model">The model that the body names, if known.</param>
/// <param name="Tokens">The tokens that it is expected to use, prompt and completion together, for requests after the first.</param>
/// <param name="Spending">What is asked for money before each request; null when no budget is set.</param>
public sealed record ApiCall(string Url, ReadOnlyMemory<byte> Body, string? Model, long Tokens = 0, ISpending? Spending = null)
{
    /// <summary>The prompt's tokens, about: what counts where the answer does not say.</summary>
    public long PromptTokens { get; init; }

    /// <summary>When the run began that it is of; null: it is a call by itself.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether somebody waits for its answer.</summary>
    public bool IsAwaited { get; init; }

    /// <summary>Whether what it is for has failed before: then that it fails again says little of the upstream.</summary>
    public bool IsRepeat { get; init; }
}
