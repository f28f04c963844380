using System.Text.Json;
using Drover.Batches;
using Drover.Intake;
using Drover.Json;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>The parameters of a new batch, the same in the body of <c>POST /api/batches</c> and in its query.</summary>
/// <remarks>Each is checked for its kind here; what it may be is <see cref="BatchIntake"/>'s to judge.</remarks>
internal static class StartParameters
{
    private const string Items = "items";
    private const int MostFaults = 20;

    private static readonly (string Name, Func<NewBatch, StartValue, NewBatch> Set)[] All =
    [
        ("id", (batch, value) => batch with { Id = value.Text() }),
        ("input", (batch, value) => batch with { Input = value.Text() }),
        ("name", (batch, value) => batch with { InputName = value.Text() }),
        ("recipe", (batch, value) => batch with { Recipe = value.Text() }),
        ("model", (batch, value) => batch with { Model = value.Text() }),
        ("prefer", (batch, value) => batch with { Prefer = value.Text() }),
        ("budget_usd", (batch, value) => batch with { BudgetUsd = value.Number() }),
        ("when_spent", (batch, value) => batch with { WhenSpent = value.Text() }),
        ("repair", (batch, value) => batch with { Repair = value.Flag() }),
        ("cache", (batch, value) => batch with { Cache = value.Flag() }),
        ("take_over", (batch, value) => batch with { TakeOver = value.Flag() ?? false }),
        ("move_upstream", (batch, value) => batch with { MoveUpstream = value.Flag() ?? false }),
        ("metadata", (batch, value) => batch with { Metadata = value.Texts() }),
    ];

    private static string Names => string.Join(", ", All.Select(p => p.Name).Prepend(Items));

    /// <summary>What a query asks for. Other parameters of it are no concern of this.</summary>
    /// <exception cref="BatchRefusedException">Parameters break rules; all of them are named.</exception>
    public static NewBatch Of(IQueryCollection query)
    {
        var faults = new List<string>();
        var batch = All.Where(p => query.ContainsKey(p.Name)).Aggregate(
            new NewBatch(), (batch, p) => p.Set(batch, new StartValue(p.Name, null, query[p.Name].ToString(), faults)));
        return faults.Count == 0 ? batch : throw new BatchRefusedException(400, faults);
    }

    /// <summary>What a body asks for.</summary>
    /// <param name="query">What the query asks for; the body goes before it.</param>
    /// <returns>The batch, and its items: a list that is not empty, or null where there are none.</returns>
    /// <exception cref="BatchRefusedException">Members break rules; all of them are named.</exception>
    public static (NewBatch Batch, JsonElement? Items) Of(JsonElement body, NewBatch query)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new BatchRefusedException(400, [$"The body is {Excerpt.Of(body.GetRawText(), 100)}; it must be a JSON object."]);
        }

        var faults = new List<string>();
        var (batch, items) = (query, default(JsonElement?));
        foreach (var member in body.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            if (member.NameEquals(Items))
            {
                items = member.Value;
                CheckItems(member.Value, faults);
            }
            else if (All.FirstOrDefault(p => member.NameEquals(p.Name)) is { Set: { } set })
            {
                batch = set(batch, new StartValue(member.Name, member.Value, null, faults));
            }
            else
            {
                faults.Add($"'{Excerpt.Of(member.Name, 100)}' is no member of the body; the members are {Names}.");
            }

            if (faults.Count >= MostFaults)
            {
                break; // Whoever sends a million of them learns as much from a few.
            }
        }

        return faults.Count == 0 ? (batch, items) : throw new BatchRefusedException(400, faults);
    }

    private static void CheckItems(JsonElement items, List<string> faults)
    {
        if (items.ValueKind != JsonValueKind.Array)
        {
            new StartValue(Items, items, null, faults).Fault("a list");
        }
        else if (items.GetArrayLength() == 0)
        {
            faults.Add("'items' is empty; a batch needs at least one.");
        }
    }
}
