using System.Text.Json;
using Drover.Access;
using Drover.Calls;
using Drover.Functions.OpenAI;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Relay;

/// <summary>
/// HTTP <c>POST /v1/responses</c>, <c>/v1/embeddings</c> and <c>/v1/completions</c>: relayed to the upstream; the answer comes whole.
/// </summary>
public sealed class RelayCalls(OpenAiGate gate, CallerKeys keys, ModelCaller caller)
{
    [Function("CreateResponse")]
    public Task<IResult> RespondAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/responses")] HttpRequest request,
        CancellationToken cancellationToken) =>
        RelayAsync(request, "/v1/responses", cancellationToken);

    [Function("CreateEmbeddings")]
    public Task<IResult> EmbedAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/embeddings")] HttpRequest request,
        CancellationToken cancellationToken) =>
        RelayAsync(request, "/v1/embeddings", cancellationToken);

    [Function("CreateCompletion")]
    public Task<IResult> CompleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/completions")] HttpRequest request,
        CancellationToken cancellationToken) =>
        RelayAsync(request, "/v1/completions", cancellationToken);

    private Task<IResult> RelayAsync(HttpRequest request, string url, CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
    {
        using var content = new MemoryStream();
        await request.Body.CopyToAsync(content, cancellationToken);
        var body = content.ToArray();
        Check(body);
        var key = keys.NameOf(request.Headers.Authorization);
        var call = caller.Prepare(caller.TermsFor(key), Guid.NewGuid().ToString("N"), url, body);
        if (caller.Fault(call.Terms, call.Shape.Model) is { } fault)
        {
            throw new OpenAiException(StatusCodes.Status400BadRequest, fault, "model");
        }

        using var answer = await caller.CallAsync(call, null, cancellationToken);
        return UpstreamAnswers.Of(request.HttpContext, answer.Result);
    });

    private static void Check(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw NotJson();
            }

            if (json.RootElement.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True)
            {
                throw new OpenAiException(
                    StatusCodes.Status400BadRequest, "'stream' is true; only /v1/chat/completions is streamed here.", "stream",
                    "unsupported_value");
            }
        }
        catch (JsonException)
        {
            throw NotJson();
        }
    }

    private static OpenAiException NotJson() => new(StatusCodes.Status400BadRequest, "We could not parse the JSON body of your request.");
}
