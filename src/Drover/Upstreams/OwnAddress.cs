using System.Net;
using Drover.Images;

namespace Drover.Upstreams;

/// <summary>
/// Tells the addresses of one's own machine and network from those of the Internet, by what they say: nothing is looked up.
/// </summary>
internal static class OwnAddress
{
    private static readonly string[] OwnEndings = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];

    /// <summary>
    /// Whether a URL names this machine or a private network: a loopback or private address, or a name that only those have.
    /// </summary>
    public static bool Is(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            return false;
        }

        return IPAddress.TryParse(address.IdnHost, out var ip)
            ? !AddressRule.IsPublic(ip)
            : !address.IdnHost.Contains('.', StringComparison.Ordinal)
                || OwnEndings.Any(end => address.IdnHost.EndsWith(end, StringComparison.OrdinalIgnoreCase));
    }
}
