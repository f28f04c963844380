namespace Drover.Estimates;

/// <summary>What items need of one model.</summary>
/// <param name="Items">How many items go to it.</param>
/// <param name="InputTokens">Their prompts' tokens, about.</param>
/// <param name="OutputTokens">Their answers' tokens, as such answers are as a rule.</param>
/// <param name="MostOutputTokens">What their answers' tokens cannot pass.</param>
/// <param name="CostUsd">Their cost at that, in US dollars; null: the prices are not known.</param>
/// <param name="MostCostUsd">What their cost cannot pass: what a budget sets aside for them.</param>
public sealed record ModelEstimate(
    string Model, long Items, long InputTokens, long OutputTokens, long MostOutputTokens, decimal? CostUsd, decimal? MostCostUsd);
