namespace Drover.Uploads;

/// <summary>What a look at the uploaded images came to.</summary>
/// <param name="Images">The images in the new batch, or else those that wait.</param>
/// <param name="IsTaken">Whether they became a batch.</param>
/// <param name="Wait">How long to wait before the next look, because more may be coming.</param>
public sealed record Gathered(int Images, bool IsTaken, TimeSpan Wait);
