namespace Drover.Simulator;

/// <summary>What one model was billed for.</summary>
public sealed record ModelStats(long Processed, long PromptTokens, long CompletionTokens, decimal CostUsd);
