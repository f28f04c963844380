using System.Text.Json.Serialization;

namespace Drover.Functions.Questions;

/// <summary>The body of <c>POST /api/answers</c>.</summary>
internal sealed record QuestionRequest(string? Question, IReadOnlyList<QuestionDocument?>? Documents, string? Model, bool? Stream);

/// <param name="Id">What it is cited by; its number, from 1, if it is left out.</param>
internal sealed record QuestionDocument(string? Id, string? Title, string? Text);

/// <summary>The JSON of questions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(QuestionRequest))]
internal sealed partial class QuestionJson : JsonSerializerContext;
