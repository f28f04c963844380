using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drover.Functions.OpenAI;

/// <summary>The JSON of the OpenAI surface: every member is always there, unset is null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileObject))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(FileDeleted))]
[JsonSerializable(typeof(BatchObject))]
[JsonSerializable(typeof(BatchObjectList))]
[JsonSerializable(typeof(ModelObject))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class OpenAiJson : JsonSerializerContext
{
    /// <summary>With texts readable as they are; the answers are never put into HTML.</summary>
    public static OpenAiJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
