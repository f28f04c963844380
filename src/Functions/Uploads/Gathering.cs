namespace Drover.Functions.Uploads;

/// <summary>One look at the images that wait.</summary>
/// <param name="BatchId">The id of the batch that they become.</param>
/// <param name="Before">How many waited at the look before.</param>
/// <param name="IsLast">Whether to wait for more no longer.</param>
public sealed record Gathering(string BatchId, int Before, bool IsLast);
