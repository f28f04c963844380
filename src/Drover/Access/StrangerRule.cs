using System.Net;

namespace Drover.Access;

/// <summary>
/// Whether a request to a host that has no keys for callers comes from somebody at its machine, or from a page that this person's browser
/// happens to show.
/// </summary>
/// <remarks>
/// A browser lets any page send simple requests to loopback, and a name that its owner points there makes the host a page's own. So the
/// name must be one of the host's, what a browser marks as another site's is refused, and bodies must be of a type that no page can send
/// without being asked for leave (Fetch standard, "CORS-safelisted request-header").
/// </remarks>
public sealed class StrangerRule(WebAccess web)
{
    /// <summary>Why a request is refused; null: it is not.</summary>
    public Refusal? Check(in WebRequest request)
    {
        if (!IsOurName(request.Host))
        {
            return new Refusal(
                403, "host_not_allowed",
                $"This host has no keys for callers, so it answers to localhost and loopback addresses only, and not to '{Shown(request.Host)}'. Name it in Drover:Web:Hosts, or set keys for callers ('drover key').");
        }

        if (IsForeign(request))
        {
            return new Refusal(
                403, "origin_not_allowed",
                $"This host has no keys for callers, so pages of other origins may not use it{(request.Origin is { } origin ? $", and '{Shown(origin)}' is another" : "")}. Name the origin in Drover:Web:Origins, or set keys for callers ('drover key').");
        }

        return request.HasBody && !request.TakesForms && IsSimple(request.ContentType)
            ? new Refusal(
                415, "unsupported_content_type",
                $"The body's Content-Type is {(request.ContentType is { } type ? $"'{Shown(type)}'" : "missing")}; it must be application/json, or what the route says it takes.")
            : null;
    }

    private bool IsOurName(string host)
    {
        var name = host.EndsWith(']') || host.LastIndexOf(':') is not (>= 0 and var colon) ? host : host[..colon];
        name = name.Trim('[', ']').TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address))
            || web.HostNames.Any(h => h.Trim('[', ']').Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private bool IsForeign(in WebRequest request)
    {
        if (request.Origin is { } origin)
        {
            return !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
                && !web.OriginList.Contains(origin.ToLowerInvariant());
        }

        // A link from elsewhere to a page of ours is no more than that.
        return request.FetchSite is "cross-site" or "same-site"
            && !(request is { Method: "GET", FetchMode: "navigate", FetchTarget: "document" });
    }

    private static bool IsSimple(string? contentType)
    {
        var type = contentType?.Split(';')[0].Trim().ToLowerInvariant();
        return type is null or "" or "text/plain" or "application/x-www-form-urlencoded" or "multipart/form-data";
    }

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100];
}

/// <summary>What of a request says where it comes from.</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">The header <c>Host</c>.</param>
/// <param name="Method">Its method.</param>
public readonly record struct WebRequest(string Scheme, string Host, string Method)
{
    public string? Origin { get; init; }

    /// <summary><c>Sec-Fetch-Site</c>.</summary>
    public string? FetchSite { get; init; }

    /// <summary><c>Sec-Fetch-Mode</c>.</summary>
    public string? FetchMode { get; init; }

    /// <summary><c>Sec-Fetch-Dest</c>.</summary>
    public string? FetchTarget { get; init; }

    public string? ContentType { get; init; }

    public bool HasBody { get; init; }

    /// <summary>Whether its route takes a form with a file.</summary>
    public bool TakesForms { get; init; }
}

/// <summary>Why a request is refused.</summary>
public readonly record struct Refusal(int Status, string Code, string Message);
