using System.Buffers;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary><c>chat</c>: request lines of the OpenAI API as they are. A source has nothing to say there.</summary>
internal sealed class ChatRecipe : IRecipe
{
    public string Name => "chat";

    public ValueTask<CallResult?> WriteRequestAsync(
        Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken) =>
        ValueTask.FromResult<CallResult?>(new CallResult(Outcome.Rejected)
        {
            ErrorCode = "not_a_request",
            ErrorMessage = "The recipe 'chat' takes request lines: 'custom_id', 'method', 'url' and 'body'.",
        });

    public Reading Read(Source source, IReadOnlyList<string> replies) => throw new InvalidOperationException("There was no request.");
}
