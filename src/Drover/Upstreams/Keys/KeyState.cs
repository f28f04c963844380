namespace Drover.Upstreams.Keys;

/// <summary>How a key fares. The key itself is not told.</summary>
/// <param name="Number">Its place in the settings, from 1.</param>
/// <param name="IsUnavailable">It was refused <see cref="KeyRing.ErrorBudget"/> times without a result in between, and rests.</param>
/// <param name="Errors">The refusals since its last result.</param>
/// <param name="Reason">What the last refusal said; null without one.</param>
public sealed record KeyState(int Number, bool IsUnavailable, int Errors, string? Reason);
