using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>One request to a model, ready to be sent.</summary>
/// <param name="Id">Names what is asked for to the ledger: a later call of that name settles an earlier one whose answer was lost.</param>
/// <param name="Url">The OpenAI route.</param>
/// <param name="Body">The request's JSON.</param>
/// <param name="Shape">What it asks for; its tokens are those of the estimate times <see cref="CallTerms.TokenRatio"/>.</param>
/// <param name="Target">Where it goes first.</param>
/// <param name="Terms">What holds for it.</param>
public sealed record ModelCall(string Id, string Url, ReadOnlyMemory<byte> Body, RequestShape Shape, Target Target, CallTerms Terms)
{
    /// <summary>Whether the request is of our own writing, so that it may be written otherwise where a model does not take it so.</summary>
    public bool IsOurs { get; init; }
}
