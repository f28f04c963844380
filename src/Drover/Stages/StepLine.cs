using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Drover.Planning;
using Drover.Recipes;

namespace Drover.Stages;

/// <summary>One line of a stage's input: a step as a source, and whose it is.</summary>
/// <param name="ItemId">The item of the batch that it is for.</param>
/// <param name="Spent">What the item's earlier stages took; on its first step.</param>
internal sealed record StepLine(string ItemId, int Priority, Source Step, StepSpending Spent)
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads one back.</summary>
    public static StepLine Read(Item item)
    {
        using var document = JsonDocument.Parse(item.Body);
        var root = document.RootElement;
        return new StepLine(
            root.GetProperty("item").GetString()!,
            item.Priority,
            Source.Read(item.Body),
            root.TryGetProperty("spent", out var spent) ? spent.Deserialize(StepJson.Default.StepSpending)! : StepSpending.None);
    }

    /// <summary>Writes it, with the line end.</summary>
    public void WriteTo(Stream output)
    {
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            json.WriteStartObject();
            json.WriteString("item"u8, ItemId);
            json.WriteNumber("priority"u8, Priority);
            Step.WriteTo(json);
            if (Spent != StepSpending.None)
            {
                json.WritePropertyName("spent"u8);
                JsonSerializer.Serialize(json, Spent, StepJson.Default.StepSpending);
            }

            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}

/// <summary>The JSON of steps.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StepSpending))]
internal sealed partial class StepJson : JsonSerializerContext;
