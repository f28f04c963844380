using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP, any method, whatever else is under <c>/v1</c>: says in the form of the OpenAI API that there is no such route.</summary>
public sealed class UnknownRoute(OpenAiGate gate)
{
    // The host on Azure takes the first route that is right, in the alphabetical order of the functions' names, so this must be the last.
    [Function("ZUnknownRoute")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", "put", "patch", "delete", Route = "v1/{*rest}")] HttpRequest request,
        string? rest) =>
        gate.AnswerAsync(request, () => throw new OpenAiException(
            StatusCodes.Status404NotFound, $"Invalid URL ({request.Method} /v1/{OpenAiException.Cut(rest ?? "")})"));
}
