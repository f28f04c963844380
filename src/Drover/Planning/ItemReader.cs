using System.Text.Json;
using System.Text.Unicode;
using Drover.Batches;
using Drover.Json;
using Drover.Models;

namespace Drover.Planning;

/// <summary>Reads one line of the input: a request line of the Batch API, or a source.</summary>
/// <remarks>
/// The same rules hold at planning and at running, so both agree on which lines are items. Request line:
/// <c>{"custom_id","method":"POST","url","body":{…}}</c>. Source:
/// <c>{"id","url","title","text","image","priority","model","complexity","prefer"}</c>.
/// </remarks>
internal static class ItemReader
{
    private const int LongestId = 512;

    /// <summary>Reads a line; without an item, <paramref name="fault"/> says why.</summary>
    public static Item? Read(ReadOnlyMemory<byte> line, out LineFault? fault)
    {
        try
        {
            if (!Utf8.IsValid(line.Span))
            {
                fault = new LineFault("invalid_json_line", "The line is not UTF-8 text.");
                return null;
            }

            return ReadObject(line, out fault);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The exception counts lines and bytes from 0, and this is one line.
            var where = e is JsonException { BytePositionInLine: { } at } ? $" (at byte {at + 1})" : "";
            fault = new LineFault(
                "invalid_json_line", $"The line is not valid JSON: {Excerpt.Of(e.Message.Split(" LineNumber: ")[0], 120)}{where}");
            return null;
        }
    }

    private static Item? ReadObject(ReadOnlyMemory<byte> line, out LineFault? fault)
    {
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fault = new LineFault("invalid_json_line", $"The line must be a JSON object; it is {Name(reader.TokenType)}.");
            return null;
        }

        var members = LineMembers.Read(ref reader, line);
        while (reader.Read())
        {
            // Reads to the end, so that text after the object throws.
        }

        var key = members.Key;
        fault = Check(members)
            ?? (members.IsRequest
                ? null
                : CheckWord<Complexity>("complexity", members.Complexity) ?? CheckWord<Preference>("prefer", members.Prefer))
            ?? (members.AsksForStream
                ? Invalid("'body.stream' is true; an answer in a batch comes whole, so it must be false or left out.")
                : null);
        fault = fault is null ? null : fault with { ItemId = key is { Length: > 0 and <= LongestId } ? key : null };
        return fault is null ? ItemOf(members, line) : null;
    }

    private static Item ItemOf(in LineMembers members, ReadOnlyMemory<byte> line) => members.IsRequest
        ? new Item(members.Key!, (int)(members.Priority ?? 0), Route.Of(members.Url!), members.Body)
        {
            Wish = new ModelWish(members.BodyModel),
        }
        : new Item(members.Key!, (int)(members.Priority ?? 0), null, line)
        {
            Wish = new ModelWish(
                members.Model is { Length: > 0 } ? members.Model : null,
                ModelWish.Parse<Complexity>(members.Complexity),
                ModelWish.Parse<Preference>(members.Prefer)),
            ImageBytes = members.ImageBytes,
        };

    private static LineFault? Check(in LineMembers members)
    {
        var (isRequest, id, priority) = (members.IsRequest, members.Key, members.Priority);
        var name = isRequest ? "custom_id" : "id";
        if (members.BadId || id is { Length: 0 or > LongestId })
        {
            return Invalid($"'{name}' must be a text of 1 to {LongestId} characters (or a number).");
        }

        if (id is null)
        {
            return Invalid(isRequest
                ? "A request line needs 'custom_id'."
                : "The line has no id: a request line needs 'custom_id', a source needs 'id'.");
        }

        if (members.BadPriority || priority is < 0 or > 9 || priority % 1 is not (null or 0))
        {
            return Invalid(
                $"'priority' is {priority?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no number"}; it must be a whole number from 0 to 9, and higher goes first.");
        }

        if (!isRequest)
        {
            return members.HasText ? null : Invalid("A source needs 'text', 'title', 'image' or 'documents'.");
        }

        if (members.Method is not (null or "POST"))
        {
            return Invalid($"'method' is '{Excerpt.Of(members.Method, 120)}'; it must be POST.");
        }

        if (members.Url is null || Route.Of(members.Url) is null)
        {
            return new LineFault(
                "invalid_url", $"'url' is '{Excerpt.Of(members.Url ?? "", 120)}'; it must be one of {string.Join(", ", Route.All)}.");
        }

        return members.BodyKind == JsonTokenType.StartObject ? null : Invalid("'body' must be a JSON object.");
    }

    private static LineFault? CheckWord<T>(string name, string? word)
        where T : struct, Enum => word is null || ModelWish.Parse<T>(word) is not null
            ? null
            : Invalid($"'{name}' is {(word.Length == 0 ? "no text" : $"'{Excerpt.Of(word, 120)}'")}; it must be {ModelWish.Names<T>()}.");

    private static LineFault Invalid(string message) => new("invalid_request", message);

    private static string Name(JsonTokenType kind) => kind switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        _ => "true, false or null",
    };
}
