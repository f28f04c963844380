using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Drover.Simulator.Http;

/// <summary>The simulator's own routes: <c>/stats</c>, <c>/stats/requests</c>, <c>/stats/reset</c>, <c>/control</c>.</summary>
internal sealed class AdminHandler(Simulation simulation)
{
    public Task HandleAsync(HttpContext http, string path) => (http.Request.Method, path) switch
    {
        ("GET", "/stats") => Answer(http, simulation.Stats.Snapshot(), AdminJson.Default.StatsSnapshot),
        ("GET", "/stats/requests") => AnswerRequests(http),
        ("POST", "/stats/reset") => Reset(http),
        ("GET", "/control") => Answer(http, simulation.Options, AdminJson.Default.SimulatorOptions),
        ("POST", "/control") => ControlAsync(http),
        _ => Refuse(http, 404, $"There is no {http.Request.Method} {path}."),
    };

    private Task AnswerRequests(HttpContext http)
    {
        var asked = http.Request.Query["min"].ToString();
        return asked.Length == 0 ? List(1)
            : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var min) ? List(min)
            : Refuse(http, 400, $"min is '{asked}'; it must be a number.");

        Task List(int least) => Answer(http, new RequestList(simulation.Stats.Requests(least)), AdminJson.Default.RequestList);
    }

    private Task Reset(HttpContext http)
    {
        simulation.Stats.Reset();
        return Answer(http, simulation.Stats.Snapshot(), AdminJson.Default.StatsSnapshot);
    }

    /// <summary>Lays the members of the body over the settings in force.</summary>
    private async Task ControlAsync(HttpContext http)
    {
        try
        {
            var patch = await JsonSerializer.DeserializeAsync(http.Request.Body, AdminJson.Default.JsonObject)
                ?? throw new JsonException("The body is null; it must be an object.");
            simulation.Options = OptionsPatch.Apply(simulation.Options, patch);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            await Refuse(http, 400, e.Message);
            return;
        }

        await Answer(http, simulation.Options, AdminJson.Default.SimulatorOptions);
    }

    private static Task Refuse(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        var error = new JsonObject { ["error"] = new JsonObject { ["message"] = message } };
        return Answer(http, error, AdminJson.Default.JsonObject);
    }

    private static Task Answer<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, value, type);
    }
}
