namespace Drover.Models;

/// <summary>Says which model an item goes to.</summary>
/// <remarks>
/// <para>
/// An item's own model comes first, then what it says of complexity and preference, then the batch's model. Chosen is among
/// the models listed in <c>Drover:Models</c> that can do the job: the best for a high complexity; otherwise the cheapest, the
/// fastest or the best, as preferred; the cheapest for a low complexity; and without a preference the one with the most quality
/// per dollar.
/// </para>
/// <para>The same item has the same model each time, as long as the settings stay.</para>
/// </remarks>
public sealed class ModelSelector(ModelCatalogue models)
{
    private readonly List<(string Name, ModelEntry Entry)> _listed = [.. models.Configured.Select(name => (name, models.Entries[name]))];

    /// <summary>The model of an item; without one, <paramref name="fault"/> says why.</summary>
    /// <param name="batch">What the batch says.</param>
    /// <param name="wish">What the item says.</param>
    /// <param name="needs">What the item needs.</param>
    /// <param name="isSource">Whether it is a source; a request line names its model itself.</param>
    /// <param name="fault">Why there is none.</param>
    public string? ModelOf(in ModelWish batch, in ModelWish wish, ModelNeeds needs, bool isSource, out ModelFault? fault)
    {
        if (!isSource)
        {
            fault = Check(wish.Model, "body.model", isSource: false);
            return wish.Model;
        }

        if (wish.IsNamed)
        {
            fault = Check(wish.Model, "model", isSource: true);
            return wish.Model;
        }

        if (!wish.IsOpen && !ModelWish.IsAuto(batch.Model))
        {
            fault = null;
            return batch.Model;
        }

        var chosen = Choose(wish.Complexity, wish.Prefer ?? (wish.Complexity is Complexity.Low ? Preference.Budget : batch.Prefer), needs);
        fault = chosen is not null ? null : new ModelFault(
            "no_suitable_model",
            _listed.Count == 0
                ? "A model is to be chosen and none are listed to choose from; list those that your API offers in Drover:Models."
                : FormattableString.Invariant(
                    $"None of the models listed in Drover:Models ({string.Join(", ", models.Configured)}) {(needs.Vision ? "takes images and " : "")}has room for {needs.Tokens:N0} tokens."));
        return chosen;
    }

    /// <summary>The best of the listed models for a job; null when none can do it.</summary>
    public string? Choose(Complexity? complexity, Preference? prefer, ModelNeeds needs)
    {
        var able = _listed.Where(m => CanDo(m.Entry, needs));
        var ordered = (complexity is Complexity.High ? Preference.Quality : prefer) switch
        {
            Preference.Budget => able.OrderBy(m => m.Entry.ComparedCost),
            Preference.Speed => able.OrderBy(m => m.Entry.LatencyMs ?? int.MaxValue),
            Preference.Quality => able.OrderByDescending(m => m.Entry.Quality ?? -1),
            _ => able.OrderByDescending(m => m.Entry.ComparedCost == 0 ? double.MaxValue : m.Entry.QualityPerDollar ?? -1),
        };
        return ordered.ThenByDescending(m => m.Entry.Quality ?? -1).ThenBy(m => m.Entry.ComparedCost)
            .Select(m => m.Name).FirstOrDefault();
    }

    private static bool CanDo(ModelEntry entry, ModelNeeds needs) =>
        entry.MaxOutputTokens > 0 && (entry.Vision || !needs.Vision) && (entry.ContextTokens is not { } context || context >= needs.Tokens);

    private ModelFault? Check(string? model, string member, bool isSource)
    {
        if (model is null)
        {
            return null; // A body without one goes upstream and is refused there.
        }

        if (!isSource && ModelWish.IsAuto(model))
        {
            return new ModelFault(
                "model_not_found",
                $"'{member}' is '{model}'; a request line names its model itself, and only sources may have one chosen.");
        }

        return models.Fault($"'{member}'", model, isLimited: false) is { } fault ? new ModelFault("model_not_found", fault) : null;
    }
}
