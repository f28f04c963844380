using System.Text.RegularExpressions;
using Drover.OpenAI;

namespace Drover.Models;

/// <summary>
/// The models there are, by name, with prices and abilities: those known without configuration and, merged over them, section
/// <c>Drover:Models</c>.
/// </summary>
/// <remarks>
/// A name is found whatever its case; behind a vendor's (<c>openai/gpt-4o-mini</c>); by its family when it is dated
/// (<c>gpt-4o-mini-2024-07-18</c>); and with '-' for '.' (<c>claude-sonnet-4-5</c>). A model that is not found has the entry
/// <c>default</c>, where there is one.
/// </remarks>
public sealed partial class ModelCatalogue
{
    /// <summary>The entry of models that have none.</summary>
    public const string Default = "default";

    /// <summary>Stands for a model that is chosen item by item.</summary>
    public const string Auto = "auto";

    private readonly Dictionary<string, ModelEntry> _byName;
    private readonly Dictionary<string, ModelEntry> _byKey = new(StringComparer.OrdinalIgnoreCase);
    private readonly ModelEntry? _default;
    private readonly Lazy<ModelCatalogue> _free;

    /// <param name="configured">The entries of the configuration, merged over what is known.</param>
    /// <param name="priced">Which of them the configuration gives prices; null: all.</param>
    public ModelCatalogue(IReadOnlyDictionary<string, ModelEntry>? configured = null, IReadOnlySet<string>? priced = null)
        : this(configured, priced, isFree: false)
    {
    }

    private ModelCatalogue(IReadOnlyDictionary<string, ModelEntry>? configured, IReadOnlySet<string>? priced, bool isFree)
    {
        _free = isFree ? new(this) : new(() => new ModelCatalogue(configured, priced, isFree: true) { Priced = this });
        Priced = this;
        _byName = new Dictionary<string, ModelEntry>(KnownModels.All, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, entry) in configured ?? new Dictionary<string, ModelEntry>())
        {
            _byName[name] = entry;
        }

        if (isFree)
        {
            foreach (var (name, entry) in _byName.Where(e => configured?.ContainsKey(e.Key) != true || priced?.Contains(e.Key) == false))
            {
                _byName[name] = entry.WithoutPrices;
            }

            _byName.TryAdd(Default, new ModelEntry());
        }

        _byName.Remove(Default, out _default);
        foreach (var (name, entry) in _byName)
        {
            _byKey.TryAdd(KeyOf(name), entry);
        }

        Configured = configured?.Keys.Where(n => !n.Equals(Default, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
            .ToList() ?? [];
    }

    /// <summary>
    /// The models at an address of one's own, where a call costs what the configuration says, and nothing where that says nothing.
    /// </summary>
    public ModelCatalogue OwnAddress => _free.Value;

    /// <summary>The models with their prices, as they are elsewhere.</summary>
    public ModelCatalogue Priced { get; private init; }

    /// <summary>All entries but <c>default</c>, by name.</summary>
    public IReadOnlyDictionary<string, ModelEntry> Entries => _byName;

    /// <summary>The names that the configuration lists, which are those that <c>auto</c> chooses from.</summary>
    public IReadOnlyList<string> Configured { get; }

    /// <summary>What is known of a model; null when nothing is and there is no default.</summary>
    public ModelEntry? Find(string? model) => FindOwn(model) ?? (string.IsNullOrEmpty(model) ? null : _default);

    /// <summary>The cost of a call in US dollars, or null when it cannot be known: nobody should take that for zero.</summary>
    /// <param name="model">The model that answered.</param>
    /// <param name="usage">The tokens of the call.</param>
    /// <param name="asked">The model asked for, whose prices hold when nothing is known of the other.</param>
    public decimal? CostOf(string? model, TokenUsage usage, string? asked = null) =>
        (FindOwn(model) ?? FindOwn(asked) ?? Find(model ?? asked))?.CostOf(usage);

    /// <summary>What a call cannot pass in cost, in US dollars; null when nothing is known of the model.</summary>
    public decimal? WorstCaseOf(string? model, in RequestShape shape)
    {
        if (Find(model) is not { } entry)
        {
            return null;
        }

        var prompt = shape.MostPromptTokens + (long)shape.Images * entry.MaxImageTokens;
        if (entry.ContextTokens is { } context)
        {
            prompt = Math.Min(prompt, (long)context * shape.Prompts);
        }

        var completion = shape.MostCompletionTokens ?? (long)entry.MaxOutputTokens * shape.Answers;
        return prompt / 1_000_000m * Math.Max(entry.Input, entry.CachedInput ?? 0) + completion / 1_000_000m * entry.Output;
    }

    /// <summary>What is wrong with a model's name; null when nothing is.</summary>
    /// <param name="where">What names it: a setting, or a member in quotes.</param>
    /// <param name="isLimited">Whether a budget holds: then its prices must be known.</param>
    public string? Fault(string where, string model, bool isLimited)
    {
        if (model.Equals(Auto, StringComparison.OrdinalIgnoreCase))
        {
            return Configured.Count > 0
                ? null
                : $"{where} is '{model}' and no models are listed to choose from; list those that your API offers in Drover:Models, such as Drover__Models={{\"gpt-4.1\":{{}},\"gpt-4o-mini\":{{}}}}.";
        }

        return !isLimited || Find(model) is not null || string.IsNullOrWhiteSpace(model)
            ? null
            : $"{where} is '{model}', whose prices are not known, and a budget holds; set Drover:Models:{model}:Input and :Output (US dollars per million tokens), or Drover:Models:{Default} for all that are not listed.";
    }

    private ModelEntry? FindOwn(string? model)
    {
        if (string.IsNullOrEmpty(model))
        {
            return null;
        }

        if (_byName.GetValueOrDefault(model) is { } exact)
        {
            return exact;
        }

        var name = KeyOf(model);
        var entry = _byKey.GetValueOrDefault(name) ?? _byKey.GetValueOrDefault(name = name[(name.LastIndexOf('/') + 1)..]);
        while (entry is null && PartOfDate().Match(name) is { Success: true, Index: var end })
        {
            name = name[..end];
            entry = _byKey.GetValueOrDefault(name);
        }

        return entry;
    }

    private static string KeyOf(string name) => name.Replace('.', '-');

    [GeneratedRegex(@"-(\d{2}|\d{4}|\d{8})\z")]
    private static partial Regex PartOfDate();
}
