using Drover.Json;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>A request to the OpenAI surface is refused, with the status, type, code and param that the original gives.</summary>
public sealed class OpenAiException(
    int status, string message, string? param = null, string? code = null, string type = "invalid_request_error")
    : Exception(message)
{
    private const int Longest = 100;

    public int Status => status;

    public string Type => type;

    public string? Param => param;

    public string? Code => code;

    public static OpenAiException Missing(string param) =>
        new(StatusCodes.Status400BadRequest, $"Missing required parameter: '{param}'.", param, "missing_required_parameter");

    public static OpenAiException Unknown(string param) =>
        new(StatusCodes.Status400BadRequest, $"Unknown parameter: '{Cut(param)}'.", Cut(param), "unknown_parameter");

    public static OpenAiException InvalidValue(string param, string value, params ReadOnlySpan<string> allowed) =>
        new(
            StatusCodes.Status400BadRequest, $"Invalid value: '{Cut(value)}'. Supported values are: {List(allowed)}.", param,
            "invalid_value");

    public static OpenAiException InvalidType(string param, string expected, string got) =>
        new(
            StatusCodes.Status400BadRequest, $"Invalid type for '{Cut(param)}': expected {expected}, but got {got} instead.", Cut(param),
            "invalid_type");

    public static OpenAiException BelowMinimum(string param, long minimum, long got) => new(
        StatusCodes.Status400BadRequest,
        $"Invalid '{param}': integer below minimum value. Expected a value >= {minimum}, but got {got} instead.", param,
        "integer_below_min_value");

    public static OpenAiException AboveMaximum(string param, long maximum, long got) => new(
        StatusCodes.Status400BadRequest,
        $"Invalid '{param}': integer above maximum value. Expected a value <= {maximum}, but got {got} instead.", param,
        "integer_above_max_value");

    public static OpenAiException NoSuchFile(string id, string param = "id") =>
        new(StatusCodes.Status404NotFound, $"No such File object: {Cut(id)}", param);

    public static OpenAiException NoSuchBatch(string id) =>
        new(StatusCodes.Status404NotFound, $"No batch found with id '{Cut(id)}'.");

    /// <summary>A 409, and the header without which SDKs try it again.</summary>
    public static OpenAiException Conflict(HttpRequest request, string message)
    {
        request.HttpContext.Response.Headers["x-should-retry"] = "false";
        return new OpenAiException(StatusCodes.Status409Conflict, message);
    }

    /// <summary>Cuts what a caller sent to a length that an answer may repeat.</summary>
    public static string Cut(string text) => Excerpt.Of(text, Longest);

    private static string List(ReadOnlySpan<string> values) => values.Length == 1
        ? $"'{values[0]}'"
        : $"{string.Join(", ", values[..^1].ToArray().Select(v => $"'{v}'"))}{(values.Length > 2 ? "," : "")} and '{values[^1]}'";
}
