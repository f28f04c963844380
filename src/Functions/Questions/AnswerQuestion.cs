using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Access;
using Drover.Calls;
using Drover.Functions.Http;
using Drover.Functions.Relay;
using Drover.Questions;
using Drover.Recipes;
using Drover.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Questions;

/// <summary>HTTP <c>POST /api/answers</c>: a question and documents; the answer, which cites them.</summary>
/// <remarks>
/// <c>{"question","documents":[{"id"?,"title"?,"text"}],"model"?,"stream"?}</c>. 200 with
/// <c>{"answer","citations":[ids],"documents":[those that it was given],"model","usage","cost_usd"}</c>. With <c>"stream":true</c>: the
/// answer's text as the events of a chat completion, with ids in square brackets; the ids of the documents given are in the header
/// <c>x-drover-documents</c>, and the stream can be read again as any other.
/// </remarks>
public sealed class AnswerQuestion(CallerKeys keys, QuestionAnswerer answering, ModelCaller caller, StreamAnswers streams)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Function(nameof(AnswerQuestion))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/answers")] HttpRequest request, CancellationToken cancellationToken)
    {
        QuestionRequest? asked;
        try
        {
            asked = await JsonSerializer.DeserializeAsync(request.Body, QuestionJson.Default.QuestionRequest, cancellationToken);
        }
        catch (JsonException)
        {
            asked = null;
        }

        if (asked is null)
        {
            return Answers.Error(
                StatusCodes.Status400BadRequest,
                "The body is not the JSON that is expected: {\"question\":\"…\",\"documents\":[{\"id\":\"…\",\"title\":\"…\",\"text\":\"…\"}],\"model\":\"…\",\"stream\":false}.",
                "invalid_json");
        }

        var key = keys.NameOf(request.Headers.Authorization);
        var documents = (asked.Documents ?? []).Select((d, index) =>
            new SourceDocument(d?.Id ?? (index + 1).ToString(CultureInfo.InvariantCulture), d?.Title, d?.Text ?? "")).ToList();
        if (answering.Ask(asked.Question, documents, asked.Model, out var fault) is not { } question
            || (fault = caller.Fault(caller.TermsFor(key), question.Model)) is not null)
        {
            return Answers.Error(StatusCodes.Status400BadRequest, fault!, "invalid_request");
        }

        var chosen = await answering.ChooseAsync(question, key, cancellationToken);
        if (chosen.Data is not null && asked.Stream == true)
        {
            request.HttpContext.Response.Headers["x-drover-documents"] = new JsonArray([.. chosen.Documents.Select(d => (JsonNode)d.Id)])
                .ToJsonString();
            return await streams.BeginAsync(request.HttpContext, answering.StreamOf(question, chosen, key), cancellationToken);
        }

        var answered = chosen.Data is null ? chosen : await answering.AnswerAsync(question, chosen, key, cancellationToken);
        return answered.Data is { } data
            ? Results.Text(Body(data, chosen.Documents, answered.Call).ToJsonString(Readable), "application/json")
            : UpstreamAnswers.Of(request.HttpContext, answered.Call);
    }

    private static JsonObject Body(JsonElement data, IEnumerable<SourceDocument> documents, CallResult call)
    {
        var body = JsonObject.Create(data)!;
        body["documents"] = new JsonArray([.. documents.Select(d => (JsonNode)new JsonObject { ["id"] = d.Id, ["title"] = d.Title })]);
        body["model"] = call.Model;
        body["usage"] = new JsonObject { ["input_tokens"] = call.Usage.PromptTokens, ["output_tokens"] = call.Usage.CompletionTokens };
        body["cost_usd"] = call.CostUsd;
        return body;
    }
}
