using System.Buffers;
using Drover.OpenAI;
using Drover.Tokens;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary>Turns a source into a request, and the replies to it into data.</summary>
public interface IRecipe
{
    /// <summary>The tokens of an answer of which nothing more is known.</summary>
    const int TypicalAnswer = 250;

    /// <summary>The name that a batch asks for it by.</summary>
    string Name { get; }

    /// <summary>The OpenAI route that the requests go to.</summary>
    string Url => "/v1/chat/completions";

    /// <summary>The tokens that an answer has as a rule.</summary>
    int TypicalAnswerTokens => TypicalAnswer;

    /// <summary>Writes the request's JSON body for one source, fetching what it needs besides it.</summary>
    /// <returns>
    /// Null when it is written. Otherwise what the item is left with, without a call: <see cref="Outcome.Rejected"/> is its
    /// error, <see cref="Outcome.Later"/> is tried again in a later pass; both with code and message.
    /// </returns>
    ValueTask<CallResult?> WriteRequestAsync(Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken);

    /// <summary>What the request for a source will be, for estimates: without fetching anything.</summary>
    /// <param name="counter">Counts its tokens; null: about, by the rule.</param>
    async ValueTask<RequestShape> ShapeOfAsync(Source source, string model, TokenCounter? counter = null)
    {
        var body = new ArrayBufferWriter<byte>();
        await WriteRequestAsync(source, model, body, CancellationToken.None);
        return RequestShape.Read(Url, body.WrittenSpan, counter);
    }

    /// <summary>Reads the data out of what the model wrote.</summary>
    /// <param name="replies">Its replies, one at the least; several when it was asked to go on.</param>
    Reading Read(Source source, IReadOnlyList<string> replies);
}
