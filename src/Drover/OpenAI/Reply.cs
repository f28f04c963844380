namespace Drover.OpenAI;

/// <summary>What Drover reads of an answer's JSON.</summary>
/// <param name="Model">The model that answered, as the answer states it.</param>
/// <param name="Usage">The tokens used; null when the answer does not say.</param>
/// <param name="Choices">How many choices it has that are objects.</param>
/// <param name="FinishReason">The first choice's <c>finish_reason</c>; <c>error</c> when any choice ended so.</param>
/// <param name="Status">The member <c>status</c>, which answers of the Responses API have.</param>
/// <param name="HasOutput">Whether it has a list <c>output</c>, as the Responses API's.</param>
/// <param name="HasData">Whether it has a list <c>data</c> that is not empty, as those of embeddings and models.</param>
/// <param name="HasError">Whether it, or one of its choices, has a member <c>error</c> that says something.</param>
/// <param name="IsObject">Whether it is a JSON object.</param>
internal readonly record struct Reply(
    string? Model, TokenUsage? Usage, int Choices, string? FinishReason, string? Status, bool HasOutput, bool HasData, bool HasError,
    bool IsObject)
{
    /// <summary>Whether the answer holds what a request to the route asks for.</summary>
    public bool Holds(string url) => IsObject && url switch
    {
        "/v1/chat/completions" or "/v1/completions" => Choices > 0,
        "/v1/responses" => HasOutput || Choices > 0,
        "/v1/embeddings" => HasData,
        _ => true,
    };
}
