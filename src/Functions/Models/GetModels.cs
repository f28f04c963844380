using Drover.Functions.Http;
using Drover.Models;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Models;

/// <summary>HTTP <c>GET /api/models</c>: the catalogue, the most quality per dollar first.</summary>
public sealed class GetModels(ModelCatalogue models)
{
    [Function(nameof(GetModels))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models")] HttpRequest request) =>
        Results.Json(new ModelList(ModelView.Of(models)), ApiJson.Readable.ModelList);
}
