using System.Text.Json;

namespace Drover.Simulator.Http;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsHandler(Simulation simulation, Responder responder)
{
    private const string Path = "/v1/models";
    private const long Created = 1_735_689_600;

    public void Handle(HttpContext http, string path)
    {
        var method = http.Request.Method;
        if (path != Path && !path.StartsWith(Path + "/", StringComparison.Ordinal))
        {
            throw new ApiException(ApiError.NoRoute(method, path));
        }

        if (!HttpMethods.IsGet(method))
        {
            throw new ApiException(ApiError.WrongMethod(method, path));
        }

        var models = simulation.Options.Models;
        var name = path.Length > Path.Length + 1 ? path[(Path.Length + 1)..] : null;
        var one = name is null ? null : SimulatedModel.Find(models, name) ?? throw new ApiException(ApiError.NoModel(name));
        responder.Start(http, 200, "application/json", Guid.NewGuid().ToString("N"), 0);
        responder.Body(http, one is null ? JsonBuffer.Render(models, WriteList) : JsonBuffer.Render(one, WriteModel));
    }

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<SimulatedModel> models)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in models)
        {
            WriteModel(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, SimulatedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Created);
        json.WriteString("owned_by"u8, "simulator"u8);
        json.WriteEndObject();
    }
}
