using System.Text.Json;
using Drover.Access;
using Drover.Calls;
using Drover.Functions.OpenAI;
using Drover.Streams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Relay;

/// <summary>HTTP <c>POST /v1/chat/completions</c>: relayed to the upstream, plain or as a stream that outlives all connections.</summary>
/// <remarks>
/// <c>x-drover-stream-id</c> names the stream. A request that comes with <c>Last-Event-ID</c>, as some clients send when they
/// reconnect, goes on with that stream instead of asking anew.
/// </remarks>
public sealed class CompleteChat(OpenAiGate gate, CallerKeys keys, ModelCaller caller, StreamAnswers answers)
{
    [Function(nameof(CompleteChat))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/chat/completions")] HttpRequest request,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            if (StreamAnswers.LastEventId(request) is { Length: > 0 } last)
            {
                return await answers.GoOnAsync(request.HttpContext, null, last, cancellationToken);
            }

            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellationToken);
            var chat = Read(body.ToArray(), keys.NameOf(request.Headers.Authorization));
            var terms = caller.TermsFor(chat.Key);
            if (caller.Fault(terms, chat.Shape.Model) is { } fault)
            {
                throw new OpenAiException(StatusCodes.Status400BadRequest, fault, "model");
            }

            if (chat.IsStream)
            {
                return await answers.BeginAsync(request.HttpContext, chat, cancellationToken);
            }

            var call = caller.Prepare(terms, Guid.NewGuid().ToString("N"), ChatRequest.Url, chat.Body, chat.Shape);
            using var answer = await caller.CallAsync(call, null, cancellationToken);
            return UpstreamAnswers.Of(request.HttpContext, answer.Result);
        });

    private static ChatRequest Read(byte[] body, string? key)
    {
        try
        {
            return ChatRequest.Read(body, key);
        }
        catch (JsonException)
        {
            throw new OpenAiException(StatusCodes.Status400BadRequest, "We could not parse the JSON body of your request.");
        }
    }
}
