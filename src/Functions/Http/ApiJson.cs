using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drover.Estimates;
using Drover.Functions.Batches;
using Drover.Functions.Models;
using Drover.Functions.Relay;
using Drover.Functions.Upstreams;

namespace Drover.Functions.Http;

/// <summary>The JSON of the API.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(BatchList))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(UpstreamList))]
[JsonSerializable(typeof(StreamView))]
[JsonSerializable(typeof(BatchAlert))]
[JsonSerializable(typeof(Estimate))]
[JsonSerializable(typeof(ModelList))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>With texts readable as they are; the answers are never put into HTML.</summary>
    public static ApiJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>A page of batches, newest first.</summary>
internal sealed record BatchList(IReadOnlyList<BatchView> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object => "list";
}

/// <summary>An error in the shape of the OpenAI API.</summary>
internal sealed record ErrorBody(ErrorDetail Error);

/// <param name="Message">What is wrong: the member or setting, the value, the rule.</param>
/// <param name="Type">Such as <c>invalid_request_error</c>.</param>
/// <param name="Param">The member at fault, or null.</param>
/// <param name="Code">A code for programs, or null.</param>
internal sealed record ErrorDetail(string Message, string Type, string? Param, string? Code);
