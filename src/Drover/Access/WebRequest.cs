namespace Drover.Access;

/// <summary>What of a request says where it comes from.</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">The header <c>Host</c>.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, with a slash at the beginning.</param>
public readonly record struct WebRequest(string Scheme, string Host, string Method, string Path)
{
    /// <summary>Whether it is answered only if it shows a key: one for callers or the host's own.</summary>
    public bool NeedsKey { get; init; }

    public string? Origin { get; init; }

    /// <summary><c>Sec-Fetch-Site</c>.</summary>
    public string? FetchSite { get; init; }

    /// <summary><c>Sec-Fetch-Mode</c>.</summary>
    public string? FetchMode { get; init; }

    /// <summary><c>Sec-Fetch-Dest</c>.</summary>
    public string? FetchTarget { get; init; }

    public string? ContentType { get; init; }

    public bool HasBody { get; init; }

    /// <summary>Whether it asks for a route of the API, and not for a page.</summary>
    internal bool IsForApi => IsUnder("/api") || IsUnder("/v1");

    private bool IsUnder(string folder) =>
        Path.StartsWith(folder, StringComparison.OrdinalIgnoreCase) && (Path.Length == folder.Length || Path[folder.Length] == '/');
}
