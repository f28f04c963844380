using System.Text.Json;

namespace Drover.LocalRuntime;

/// <summary>How payloads become JSON: the defaults of the real SDK's <c>JsonDataConverter</c> (fields included).</summary>
internal static class DurableJson
{
    private static readonly JsonSerializerOptions Options = new() { IncludeFields = true };

    public static string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, Options);

    public static T? Deserialize<T>(string? json) => json is null ? default : JsonSerializer.Deserialize<T>(json, Options);
}
