using System.Globalization;
using System.Text.Json;

namespace Drover.Recipes;

/// <summary>One source: what a recipe is applied to.</summary>
/// <param name="Id">The caller's id, unique in the batch.</param>
/// <param name="Url">Where it comes from; told to the model, never fetched.</param>
/// <param name="Model">The model for this source alone.</param>
public sealed record Source(string Id, string? Url, string? Title, string? Text, string? Model)
{
    private const int LongestRepeated = 20_000;

    /// <summary>Where its image is: a URL, a data URL, a blob or a file.</summary>
    public string? Image { get; init; }

    /// <summary>The version of the image's blob that is meant.</summary>
    public string? ETag { get; init; }

    /// <summary>The folder of its input, where a file that it names is looked for first.</summary>
    internal string? Folder { get; init; }

    /// <summary>What to ask of it.</summary>
    public string? Question { get; init; }

    /// <summary>What to do with it, where a recipe can do several things.</summary>
    public string? Task { get; init; }

    /// <summary>For whom is written.</summary>
    public string? Audience { get; init; }

    /// <summary>How it is to sound.</summary>
    public string? Tone { get; init; }

    /// <summary>The language to write in.</summary>
    public string? Language { get; init; }

    /// <summary>How many texts are asked for, as the line has it.</summary>
    public string? Count { get; init; }

    /// <summary>The most characters of each, as the line has it.</summary>
    public string? Length { get; init; }

    /// <summary>The documents that it brings along.</summary>
    public IReadOnlyList<SourceDocument> Documents { get; init; } = [];

    /// <summary>Of a step: its number in its stage, from 1.</summary>
    public int Part { get; init; } = 1;

    /// <summary>Of a step: how many there are in its stage.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>What is wrong with a reply.</summary>
    internal string? Fault { get; init; }

    /// <summary>The names that a prompt may have as placeholders.</summary>
    internal static IReadOnlyList<string> Placeholders { get; } =
        ["id", "title", "url", "text", "question", "audience", "tone", "language", "count", "length", "part", "parts", "fault"];

    /// <summary>Reads a source from a line that <c>ItemReader</c> found to be one.</summary>
    public static Source Read(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        return new Source(Member(root, "id")!, Member(root, "url"), Member(root, "title"), Member(root, "text"), Member(root, "model"))
        {
            Image = Member(root, "image"),
            ETag = Member(root, "etag"),
            Question = Member(root, "question"),
            Task = Member(root, "task"),
            Audience = Member(root, "audience"),
            Tone = Member(root, "tone"),
            Language = Member(root, "language"),
            Count = Member(root, "count"),
            Length = Member(root, "length"),
            Documents = DocumentsOf(root),
            Part = Number(root, "part"),
            Parts = Number(root, "parts"),
        };
    }

    /// <summary>What stands in the place of a placeholder; null: nothing.</summary>
    internal string? ValueOf(string placeholder) => placeholder switch
    {
        "id" => Id,
        "title" => Title,
        "url" => Url,
        "text" => Text,
        "question" => Question,
        "audience" => Audience,
        "tone" => Tone,
        "language" => Language,
        "count" => Count,
        "length" => Length,
        "part" => Part.ToString(CultureInfo.InvariantCulture),
        "parts" => Parts.ToString(CultureInfo.InvariantCulture),
        "fault" => Fault,
        _ => throw new ArgumentOutOfRangeException(nameof(placeholder), placeholder, "No such placeholder."),
    };

    /// <summary>What is too long to be repeated in every step of a source; null: nothing.</summary>
    internal string? FaultOfRepeated()
    {
        foreach (var (name, value) in new[]
        {
            ("url", Url), ("title", Title), ("question", Question), ("audience", Audience), ("tone", Tone), ("language", Language),
            ("count", Count), ("length", Length),
        })
        {
            if (value?.Length > LongestRepeated)
            {
                return $"'{name}' has {value.Length:N0} characters; it may have {LongestRepeated:N0}, because the request for every part repeats it.";
            }
        }

        return null;
    }

    /// <summary>Writes it as the members of an object, which <see cref="Read"/> reads back.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        foreach (var (name, value) in new[]
        {
            ("id", Id), ("url", Url), ("title", Title), ("text", Text), ("model", Model), ("image", Image), ("etag", ETag),
            ("question", Question),
            ("task", Task), ("audience", Audience), ("tone", Tone), ("language", Language), ("count", Count), ("length", Length),
        })
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        json.WriteNumber("part"u8, Part);
        json.WriteNumber("parts"u8, Parts);
        if (Documents.Count > 0)
        {
            json.WritePropertyName("documents"u8);
            JsonSerializer.Serialize(json, Documents, RecipeJson.Default.IReadOnlyListSourceDocument);
        }
    }

    private static IReadOnlyList<SourceDocument> DocumentsOf(JsonElement root) =>
        root.TryGetProperty("documents", out var documents) && documents.ValueKind == JsonValueKind.Array
            ? [.. documents.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object).Index().Select(d => new SourceDocument(
                Member(d.Item, "id") ?? (d.Index + 1).ToString(CultureInfo.InvariantCulture), Member(d.Item, "title"),
                Member(d.Item, "text") ?? ""))]
            : [];

    private static int Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : 1;

    private static string? Member(JsonElement root, string name) => root.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;
}
