namespace Drover.Functions.Upstreams;

/// <summary>A key as the API shows it: never the key itself.</summary>
/// <param name="Number">Its place in the settings, from 1.</param>
/// <param name="Status"><c>in_use</c>, or <c>out</c> after five refusals without a result in between.</param>
/// <param name="Errors">The refusals since its last result.</param>
/// <param name="Reason">What the last refusal said.</param>
/// <param name="Test">What the connection test said: <c>accepted</c>, <c>reached</c> (there is no list of models), or what is wrong; null
/// without one.</param>
public sealed record KeyView(int Number, string Status, int Errors, string? Reason, string? Test);
