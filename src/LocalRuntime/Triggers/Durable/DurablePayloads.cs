using System.Text.Json;
using Microsoft.DurableTask.Converters;

namespace Drover.LocalRuntime;

/// <summary>
/// How payloads become JSON: as in the Functions worker, whose own serializer the Durable extension uses (names without
/// regard to case; no fields, so no value tuples).
/// </summary>
internal static class DurablePayloads
{
    public static readonly DataConverter Converter = new JsonDataConverter(
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true });
}
