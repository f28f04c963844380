namespace Drover.Throttling;

/// <summary>What was so when a call was launched.</summary>
/// <param name="Generation">The <see cref="Adaptation.Generation"/>.</param>
/// <param name="Requests">How many requests had gone, this one among them.</param>
/// <param name="Tokens">How many tokens had been counted, those of this one among them.</param>
internal readonly record struct LaunchMark(int Generation, long Requests, long Tokens);
