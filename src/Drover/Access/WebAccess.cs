using Drover.Settings;

namespace Drover.Access;

/// <summary>By which names a host without keys goes, and whose pages may call a host. Section <c>Drover:Web</c>.</summary>
public sealed class WebAccess : IOptionsSection
{
    /// <summary>Names besides <c>localhost</c> and loopback addresses that the host goes by, separated by commas.</summary>
    public string Hosts { get; set; } = "";

    /// <summary>
    /// The origins whose pages may call the host, such as <c>https://app.example</c>, separated by commas: they are sent the CORS headers.
    /// </summary>
    public string Origins { get; set; } = "";

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Web";

    internal IReadOnlyList<string> HostNames => Split(Hosts);

    /// <summary>The origins, as browsers send them.</summary>
    public IReadOnlyList<string> OriginList => [.. Split(Origins).Select(o => o.TrimEnd('/').ToLowerInvariant())];

    /// <inheritdoc/>
    IEnumerable<string> IOptionsSection.FaultsBetween() =>
        HostNames.Where(h => Uri.CheckHostName(h.Trim('[', ']')) == UriHostNameType.Unknown)
            .Select(h => $"Drover:Web:Hosts has '{h}'; it must be names or addresses without ports, separated by commas.")
            .Concat(OriginList.Where(o => !IsOrigin(o)).Select(
                o => $"Drover:Web:Origins has '{o}'; it must be origins such as https://app.example, separated by commas."));

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
}
