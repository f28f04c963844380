namespace Drover.Simulator;

/// <summary>A model on offer and the simulator's own price of it.</summary>
/// <param name="Name">The name in requests; <c>vendor/name</c> means the same model.</param>
/// <param name="InputUsd">US dollars per million prompt tokens.</param>
/// <param name="OutputUsd">US dollars per million completion tokens.</param>
/// <param name="ContextTokens">The most tokens of prompt and completion together.</param>
public sealed record SimulatedModel(string Name, decimal InputUsd, decimal OutputUsd, int ContextTokens = 128_000)
{
    /// <summary>The models that are there unless settings say otherwise.</summary>
    public static IReadOnlyList<SimulatedModel> BuiltIn { get; } =
    [
        new("gpt-4.1", 2m, 8m, 1_047_576),
        new("gpt-4.1-mini", 0.4m, 1.6m, 1_047_576),
        new("gpt-4.1-nano", 0.1m, 0.4m, 1_047_576),
        new("gpt-4o", 2.5m, 10m),
        new("gpt-4o-mini", 0.15m, 0.6m),
        new("claude-sonnet-4.5", 3m, 15m, 200_000),
        new("claude-3.5-sonnet", 0.8m, 3m, 200_000),
        new("deepseek-v3.2", 0.08m, 0.42m),
        new("gemini-2.5-flash", 0.1m, 2.5m, 1_048_576),
        new("text-embedding-3-small", 0.02m, 0m, 8_192),
        new("text-embedding-3-large", 0.13m, 0m, 8_192),
    ];

    /// <summary>Millionths of a millionth of a dollar, so that sums are exact.</summary>
    internal long Picodollars(int promptTokens, int completionTokens) =>
        (long)(((promptTokens * InputUsd) + (completionTokens * OutputUsd)) * 1_000_000m);

    internal static SimulatedModel? Find(IReadOnlyList<SimulatedModel> models, string name)
    {
        var bare = name.AsSpan(name.LastIndexOf('/') + 1);
        SimulatedModel? found = null;
        foreach (var model in models)
        {
            if (model.Name == name)
            {
                return model;
            }

            if (bare.SequenceEqual(model.Name))
            {
                found = model;
            }
        }

        return found;
    }
}
