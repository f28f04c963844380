using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>Reads the body of <c>POST /v1/embeddings</c>.</summary>
internal static class EmbeddingsReader
{
    public static ModelCall Read(JsonElement root, SimulatorOptions options)
    {
        var model = Checks.Model(root, options, out var name);
        var inputs = CompletionsReader.Texts(Checks.Required(root, "input", "input"), "input");
        if (inputs.Any(input => input.UserText.Length == 0))
        {
            throw new ApiException(ApiError.Invalid("Invalid 'input': input cannot be an empty string.", "input", null));
        }

        var encoding = Checks.Member(root, "encoding_format") is not null
            ? Checks.RequiredText(root, "encoding_format", "encoding_format")
            : "float";
        if (encoding is not ("float" or "base64"))
        {
            throw Checks.WrongValue("encoding_format", encoding, "float", "base64");
        }

        return new ModelCall(model, name, inputs)
        {
            Dimensions = Checks.Integer(root, "dimensions", 1, 3072) ?? (name.EndsWith("large", StringComparison.Ordinal) ? 3072 : 1536),
            Base64 = encoding == "base64",
            MaxTokens = 0,
        };
    }
}
