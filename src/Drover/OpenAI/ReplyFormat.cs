namespace Drover.OpenAI;

/// <summary>What a model's replies can be asked to be: the <c>response_format</c> of the OpenAI API.</summary>
public enum ReplyFormat
{
    /// <summary>JSON that is valid against a schema: <c>json_schema</c>.</summary>
    JsonSchema,

    /// <summary>JSON of any shape: <c>json_object</c>.</summary>
    JsonObject,

    /// <summary>Nothing: the prompt alone asks for JSON.</summary>
    Text,
}
