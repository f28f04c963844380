using System.Net;
using System.Net.Sockets;

namespace Drover.Images;

/// <summary>Which addresses belong to the public Internet.</summary>
/// <remarks>
/// Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890). Metadata services of clouds are
/// link-local (169.254.169.254), unique local (fd00:ec2::254) or one public address of Azure's own (168.63.129.16).
/// </remarks>
internal static class AddressRule
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        }.Select(IPNetwork.Parse),
    ];

    // IPv6 that is handed out for the public Internet lies in 2000::/3.
    private static readonly IPNetwork PublicIPv6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>
    /// Whether an address is one of the public Internet; IPv4 within IPv6 (mapped, translated, 6to4) is judged as what it stands for.
    /// </summary>
    public static bool IsPublic(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var bytes = address.GetAddressBytes();
            if (Translated.Contains(address) || SixToFour.Contains(address))
            {
                return IsPublic(new IPAddress(Translated.Contains(address) ? bytes.AsSpan(12, 4) : bytes.AsSpan(2, 4)));
            }

            if (!PublicIPv6.Contains(address))
            {
                return false;
            }
        }

        return !NotPublic.Any(n => n.Contains(address));
    }
}
