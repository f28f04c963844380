using System.Net;

namespace Drover.Access;

/// <summary>
/// Whether a request comes from somebody who may use the host, or from a page that this person's browser happens to show.
/// </summary>
/// <remarks>
/// A browser lets any page send simple requests to loopback, and a name that its owner points there makes the host a page's own. So where
/// no key is asked for, the name must be one of the host's and bodies must be of a type that no page can send without being asked for
/// leave (Fetch standard, "CORS-safelisted request-header"). What a browser marks as another site's is refused with and without keys.
/// </remarks>
public sealed class StrangerRule(WebAccess web)
{
    /// <summary>Why a request is refused; null: it is not.</summary>
    public Refusal? Check(in WebRequest request)
    {
        if (!request.NeedsKey && !IsOurName(request.Host))
        {
            return new Refusal(
                403, "host_not_allowed",
                $"This host has no keys for callers, so it answers to localhost and loopback addresses only, and not to '{Shown(request.Host)}'. Name it in Drover:Web:Hosts, or set keys for callers ('drover key').");
        }

        if (IsForeign(request))
        {
            return new Refusal(
                403, "origin_not_allowed",
                $"Pages of other origins may not use this host{(request.Origin is { } origin ? $", and '{Shown(origin)}' is another" : "")}. Name the origin in Drover:Web:Origins.");
        }

        return request is { NeedsKey: false, HasBody: true } && !BodyTypes.Takes(request.Path, request.ContentType)
            ? new Refusal(
                415, "unsupported_content_type",
                $"The body's Content-Type is {(request.ContentType is { Length: > 0 } type ? $"'{Shown(type)}'" : "missing")}; it must be {BodyTypes.Of(request.Path)}.")
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
        if (request.Origin is { } origin && web.OriginList.Contains(origin.ToLowerInvariant()))
        {
            return false;
        }

        // Browsers that know the header say 'same-origin' or, of what their user typed, 'none'.
        return (request.Origin is not null && !IsOwn(request))
            || (request.FetchSite is not (null or "same-origin" or "none") && !IsLink(request));
    }

    // Where keys are asked for, what stands before the host may take its TLS off.
    private static bool IsOwn(in WebRequest request) =>
        request.Origin!.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
        || (request.NeedsKey && request.Origin.Equals($"https://{request.Host}", StringComparison.OrdinalIgnoreCase));

    // A link from elsewhere to a page of ours is no more than that.
    private static bool IsLink(in WebRequest request) =>
        request is { Method: "GET", FetchMode: "navigate", FetchTarget: "document", IsForApi: false };

    private static string Shown(string text) => text.Length <= 100 ? text : text[..100];
}
