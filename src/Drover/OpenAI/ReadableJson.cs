using System.Text.Encodings.Web;
using System.Text.Json;

namespace Drover.OpenAI;

/// <summary>JSON in which texts stand as they are; it is never put into HTML.</summary>
internal static class ReadableJson
{
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
