using System.Text.Json;
using Drover.Intake;
using Drover.Json;

namespace Drover.Functions.Batches;

/// <summary>
/// The members of a body of <c>POST /api/batches</c>, each checked for its kind; what they may be is <see cref="BatchIntake"/>'s to judge.
/// </summary>
internal sealed class StartMembers
{
    private const string Names = "id, items, input, recipe, model, prefer, budget_usd, when_spent, repair, cache and metadata";

    public StartMembers(JsonElement body, NewBatch query)
    {
        Batch = query;
        if (body.ValueKind != JsonValueKind.Object)
        {
            Faults.Add($"The body is {Excerpt.Of(body.GetRawText(), 100)}; it must be a JSON object.");
            return;
        }

        foreach (var member in body.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null)
            {
                Add(member.Name, member.Value);
            }
        }
    }

    /// <summary>What is asked for.</summary>
    public NewBatch Batch { get; private set; }

    /// <summary>The items, a list that is not empty; null where there are none.</summary>
    public JsonElement? Items { get; private set; }

    /// <summary>The rules that are broken.</summary>
    public List<string> Faults { get; } = [];

    private void Add(string name, JsonElement value) => Batch = name switch
    {
        "id" => Batch with { Id = Text(name, value) },
        "input" => Batch with { Input = Text(name, value) },
        "recipe" => Batch with { Recipe = Text(name, value) },
        "model" => Batch with { Model = Text(name, value) },
        "prefer" => Batch with { Prefer = Text(name, value) },
        "when_spent" => Batch with { WhenSpent = Text(name, value) },
        "budget_usd" => Batch with { BudgetUsd = Number(name, value) },
        "repair" => Batch with { Repair = Flag(name, value) },
        "cache" => Batch with { Cache = Flag(name, value) },
        "take_over" => Batch with { TakeOver = Flag(name, value) ?? false },
        "metadata" => Batch with { Metadata = Texts(name, value) },
        "items" => WithItems(value),
        _ => Unknown(name),
    };

    private NewBatch WithItems(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Fault("items", value, "a list");
        }
        else if (value.GetArrayLength() == 0)
        {
            Faults.Add("'items' is empty; a batch needs at least one.");
        }

        Items = value;
        return Batch;
    }

    private NewBatch Unknown(string name)
    {
        Faults.Add($"'{Excerpt.Of(name, 100)}' is no member of the body; the members are {Names}.");
        return Batch;
    }

    private string? Text(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() : Fault(name, value, "a text");

    private decimal? Number(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
        {
            return number;
        }

        Fault(name, value, "a number");
        return null;
    }

    private bool? Flag(string name, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Fault(name, value, "true or false");
        return null;
    }

    private Dictionary<string, string>? Texts(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fault(name, value, "an object of texts");
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in value.EnumerateObject())
        {
            texts[pair.Name] = Text($"{name}.{pair.Name}", pair.Value) ?? "";
        }

        return texts;
    }

    private string? Fault(string name, JsonElement value, string rule)
    {
        Faults.Add($"'{Excerpt.Of(name, 100)}' is {Excerpt.Of(value.GetRawText(), 100)}; it must be {rule}.");
        return null;
    }
}
