using System.Text.Json;

namespace Drover.Recipes;

/// <summary>One thing that <c>vision</c> can be asked for.</summary>
/// <param name="Name">As a source names it.</param>
/// <param name="Member">The one member of its data, which tells the tasks' replies apart.</param>
/// <param name="MaxTokens">The longest reply.</param>
internal sealed record VisionTask(string Name, string Member, int MaxTokens)
{
    private static readonly string[] Sides = ["x", "y", "width", "height"];

    public string Prompt { get; } = Prompts.Text($"vision.{Name}.txt");

    public byte[] Schema { get; } = Prompts.Bytes($"vision.{Name}.schema.json");

    /// <summary>The rule that the member breaks, or null.</summary>
    public string? Fault(JsonElement value) =>
        !IsList ? value.ValueKind == JsonValueKind.String ? null : $"'{Member}' must be a text."
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(FaultOfObject).FirstOrDefault(f => f is not null)
        : $"'{Member}' must be a list.";

    /// <summary>The data of a member without fault: what was asked for and nothing else.</summary>
    public JsonElement Data(JsonElement value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName(Member);
            if (IsList)
            {
                WriteObjects(json, value);
            }
            else
            {
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private bool IsList => Member == "objects";

    private static string? FaultOfObject(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("label", out var label) || label.ValueKind != JsonValueKind.String)
        {
            return "Every object needs a 'label', a text.";
        }

        if (!item.TryGetProperty("confidence", out var confidence) || !IsFraction(confidence))
        {
            return "'confidence' of an object must be a number from 0 to 1.";
        }

        return BoxOf(item) is not { } box || (box.ValueKind == JsonValueKind.Object && Sides.All(s => box.TryGetProperty(s, out var side) && IsFraction(side)))
            ? null
            : "'box' of an object must have x, y, width and height, fractions of the image from 0 to 1.";
    }

    private static JsonElement? BoxOf(JsonElement item) =>
        item.TryGetProperty("box", out var box) && box.ValueKind != JsonValueKind.Null ? box : null;

    private static bool IsFraction(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and <= 1;

    private static void WriteObjects(Utf8JsonWriter json, JsonElement objects)
    {
        json.WriteStartArray();
        foreach (var item in objects.EnumerateArray())
        {
            json.WriteStartObject();
            json.WritePropertyName("label"u8);
            item.GetProperty("label").WriteTo(json);
            json.WritePropertyName("confidence"u8);
            item.GetProperty("confidence").WriteTo(json);
            json.WritePropertyName("box"u8);
            if (BoxOf(item) is { } box)
            {
                json.WriteStartObject();
                foreach (var side in Sides)
                {
                    json.WritePropertyName(side);
                    box.GetProperty(side).WriteTo(json);
                }

                json.WriteEndObject();
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
