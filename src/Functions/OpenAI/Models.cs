using System.Text.Json;
using Drover.Models;
using Drover.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>
/// HTTP <c>GET /v1/models</c> and <c>/v1/models/{id}</c>: the models that the settings list; where they list none, the upstream's.
/// </summary>
public sealed class Models(OpenAiGate gate, UpstreamPool upstreams, ModelCatalogue catalogue)
{
    // One function, for this route and 'v1/models' would both be right for the list.
    [Function("GetModelObjects")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/models/{*model}")] HttpRequest request, string? model,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var all = await AllAsync(cancellationToken);
            return string.IsNullOrEmpty(model)
                ? Results.Json(new ModelList(all), OpenAiJson.Readable.ModelList)
                : Results.Json(
                    all.FirstOrDefault(m => m.Id == model)
                        ?? throw new OpenAiException(
                            StatusCodes.Status404NotFound, $"The model '{OpenAiException.Cut(model)}' does not exist.", "model",
                            "model_not_found"),
                    OpenAiJson.Readable.ModelObject);
        });

    private async Task<IReadOnlyList<ModelObject>> AllAsync(CancellationToken cancellationToken)
    {
        if (catalogue.Configured.Count > 0)
        {
            return [.. catalogue.Configured.Select(name => new ModelObject(name, 0, "drover"))];
        }

        var answers = await upstreams.Default.TestAsync(cancellationToken);
        if (answers.FirstOrDefault(a => a.Status == 200 && a.IsJson) is not { } answer)
        {
            throw new OpenAiException(
                StatusCodes.Status502BadGateway, $"The upstream does not say which models it has: {answers[0].ErrorMessage}",
                type: "server_error");
        }

        return JsonSerializer.Deserialize(answer.Body.Span, OpenAiJson.Readable.ModelList)?.Data ?? [];
    }
}

/// <summary>A model as the OpenAI API shows it.</summary>
internal sealed record ModelObject(string Id, long Created, string OwnedBy)
{
    public string Object => "model";
}

internal sealed record ModelList(IReadOnlyList<ModelObject> Data)
{
    public string Object => "list";
}
