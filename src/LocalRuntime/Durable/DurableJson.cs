using System.Text.Json;

namespace Drover.LocalRuntime;

/// <summary>
/// How payloads become JSON: as in the Functions worker, whose own serializer the Durable extension uses (names without
/// regard to case; no fields, so no value tuples).
/// </summary>
internal static class DurableJson
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    public static string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, Options);

    public static T? Deserialize<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json, Options);
}
