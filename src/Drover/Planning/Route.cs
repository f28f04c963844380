namespace Drover.Planning;

/// <summary>The routes that a request line may be for, in the forms in which files for other providers name them.</summary>
public static class Route
{
    private const string Version = "/v1";

    /// <summary>The routes.</summary>
    public static IReadOnlyList<string> All { get; } = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses"];

    /// <summary>The route that a line's <c>url</c> means; null: none of them.</summary>
    /// <remarks>
    /// Azure's batch files say <c>/chat/completions</c>; taken are <c>/openai/v1/…</c>, <c>/openai/deployments/NAME/…</c> and whole
    /// addresses too. Only the route counts: calls go to the upstream of the settings.
    /// </remarks>
    public static string? Of(string url)
    {
        foreach (var route in All)
        {
            if (url == route)
            {
                return route;
            }
        }

        var isWhole = Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        var path = (isWhole ? address!.AbsolutePath : url.Split('?')[0]).TrimEnd('/');
        foreach (var route in All)
        {
            var end = route[Version.Length..];
            if (path.EndsWith(end, StringComparison.Ordinal))
            {
                return isWhole || IsPrefix(path[..^end.Length]) ? route : null;
            }
        }

        return null;
    }

    private static bool IsPrefix(string prefix) =>
        prefix is "" or Version or "/openai" or "/openai/v1"
        || (prefix.StartsWith("/openai/deployments/", StringComparison.Ordinal) && prefix.Count(c => c == '/') == 3);
}
