namespace Drover.Functions.Relay;

/// <summary>A stream that has ended.</summary>
/// <param name="Status"><c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
internal sealed record StreamView(string Id, string Status)
{
    public string Object => "drover.stream";
}
