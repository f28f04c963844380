namespace Drover.Models;

/// <summary>What a batch or an item says of its model.</summary>
/// <param name="Model">A model's name, or <c>auto</c>.</param>
/// <param name="Complexity">How hard it is.</param>
/// <param name="Prefer">What to choose for.</param>
public readonly record struct ModelWish(string? Model, Complexity? Complexity = null, Preference? Prefer = null)
{
    /// <summary>Whether it names a model.</summary>
    public bool IsNamed => Model is not null && !IsAuto(Model);

    /// <summary>Whether it asks that a model be chosen.</summary>
    public bool IsOpen => !IsNamed && (Complexity is not null || Prefer is not null || IsAuto(Model));

    /// <summary>Whether a model's name is <c>auto</c>.</summary>
    public static bool IsAuto(string? model) => string.Equals(model, ModelCatalogue.Auto, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads one of an enumeration's names, in any case; null when the text is none.</summary>
    public static T? Parse<T>(string? text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>An enumeration's names as a message lists them: <c>budget, speed or quality</c>.</summary>
    public static string Names<T>()
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Select(n => n.ToLowerInvariant()).ToList();
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}
