using Drover.Access;
using Drover.Functions.Http;
using Drover.Functions.OpenAI;
using Drover.Streams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Relay;

/// <summary>
/// HTTP <c>GET /v1/streams/{id}</c>, with <c>Last-Event-ID</c> or <c>?after=</c>: the events after that one; <c>DELETE</c>: ends the
/// stream. A stream of another key is not there.
/// </summary>
public sealed class ReadStream(OpenAiGate gate, CallerKeys keys, StreamHub streams, StreamAnswers answers)
{
    [Function(nameof(ReadStream))]
    public Task<IResult> ReadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/streams/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, () => answers.GoOnAsync(request.HttpContext, id, StreamAnswers.LastEventId(request), cancellationToken));

    [Function("CancelStream")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/streams/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
            await streams.CancelAsync(id, keys.CallerOf(request.Headers.Authorization), cancellationToken) is { } status
            ? Results.Json(new StreamView(id, status), ApiJson.Readable.StreamView)
            : throw StreamAnswers.NoSuchStream(id));
}
