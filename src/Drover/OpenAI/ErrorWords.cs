using System.Globalization;
using System.Text.Json;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>What an answer says of its error, whichever provider's form it has.</summary>
/// <param name="Code">The code, or else the type: a word for programs.</param>
/// <param name="Message">The sentence for people.</param>
/// <param name="Type">The type.</param>
/// <param name="Status">An HTTP status that stands inside the error; 0: there is none.</param>
/// <param name="Parameter">The parameter of the request that is refused.</param>
internal sealed record ErrorWords(string? Code, string? Message, string? Type = null, int Status = 0, string? Parameter = null)
{
    private const int MostDetails = 5;

    /// <summary>Everything it says, for a look at the words.</summary>
    public string Text => $"{Code} {Type} {Message}";

    /// <summary>Reads the error of an answer's JSON; null when it states none.</summary>
    /// <remarks>
    /// OpenAI, Azure, OpenRouter, Groq, Ollama: <c>{"error":{"message","type","param","code"}}</c>, Anthropic with <c>"type":"error"</c>
    /// beside it, some <c>{"error":"text"}</c>; Gemini the first in an array, with <c>status</c>; vLLM and Mistral
    /// <c>{"object":"error","message","type","code"}</c>; FastAPI <c>{"detail":"text"}</c> or a list of <c>{"loc","msg"}</c>.
    /// </remarks>
    public static ErrorWords? Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            return root.GetArrayLength() > 0 && root[0].ValueKind == JsonValueKind.Object ? Read(root[0]) : null;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var name in new[] { "error", "errors" })
        {
            if (root.TryGetProperty(name, out var error) && OfMember(error, root) is { } words)
            {
                return words;
            }
        }

        return OfObject(root);
    }

    /// <summary>Reads a member <c>error</c>; null when it says nothing.</summary>
    public static ErrorWords? OfMember(JsonElement error, JsonElement beside = default) => error.ValueKind switch
    {
        JsonValueKind.String when JsonText.Of(error) is { Length: > 0 } text =>
            new ErrorWords(Word(beside, "code"), text, Word(beside, "type"), StatusOf(beside)),
        JsonValueKind.Object => OfObject(error),
        JsonValueKind.Array when error.GetArrayLength() > 0 => OfMember(error[0], beside),
        JsonValueKind.True => new ErrorWords(Word(beside, "code"), Said(beside, "message"), null, StatusOf(beside)),
        _ => null,
    };

    /// <summary>Reads the error of a choice, in an answer or in a chunk of a stream; null when it has none.</summary>
    public static ErrorWords? OfChoice(JsonElement choice)
    {
        if (choice.Member("error") is { ValueKind: not JsonValueKind.Undefined } error && OfMember(error, choice) is { } words)
        {
            return words;
        }

        return Word(choice, "finish_reason") == "error"
            ? new ErrorWords("finish_reason_error", "The upstream ended the answer with an error and did not say which.")
            : null;
    }

    private static ErrorWords? OfObject(JsonElement error)
    {
        var message = Said(error, "message") ?? Said(error, "msg") ?? Said(error, "error_description") ?? Details(error)
            ?? (error.Member("message") is { ValueKind: JsonValueKind.Object } inner ? Said(inner, "message") ?? Details(inner) : null);
        var (code, type) = (Word(error, "code"), Word(error, "type"));
        var status = StatusOf(error);

        // A code that is a status says less than the type or Gemini's word for it.
        var word = code is not null && !int.TryParse(code, out _)
            ? code
            : Word(error, "status") is { } named && !int.TryParse(named, out _)
            ? named
            : type ?? code;
        return message is null && word is null ? null : new ErrorWords(word, message, type, status, Word(error, "param"));
    }

    private static string? Details(JsonElement error)
    {
        if (error.Member("detail") is not { ValueKind: JsonValueKind.Array } details)
        {
            return Said(error, "detail");
        }

        var texts = details.EnumerateArray().Take(MostDetails).Where(d => d.ValueKind == JsonValueKind.Object)
            .Select(d => $"{Place(d.Member("loc"))}{Said(d, "msg")}");
        return string.Join("; ", texts) is { Length: > 0 } text ? text : null;
    }

    private static string Place(JsonElement at) =>
        at.ValueKind == JsonValueKind.Array ? string.Join('.', at.EnumerateArray().Select(JsonText.Shown)) + ": " : "";

    private static int StatusOf(JsonElement error)
    {
        foreach (var name in new[] { "code", "status", "status_code", "statusCode", "http_status" })
        {
            if (int.TryParse(Word(error, name), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
                && status is >= 100 and < 600)
            {
                return status;
            }
        }

        return 0;
    }

    private static string? Word(JsonElement of, string name) => of.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } text => JsonText.Of(text) is { Length: > 0 } word ? word : null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static string? Said(JsonElement of, string name) =>
        of.Member(name) is { ValueKind: JsonValueKind.String } text && JsonText.Of(text) is { Length: > 0 } said ? said : null;
}
