namespace Drover.Estimates;

/// <summary>How long a batch takes, at least.</summary>
/// <param name="Binding">The limit that makes it so: <c>requests</c> or <c>tokens</c> a minute, <c>spacing</c>, or
/// <c>concurrency</c>.</param>
public sealed record TimeEstimate(double Seconds, string Binding);
