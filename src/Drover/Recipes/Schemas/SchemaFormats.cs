using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Drover.Recipes.Schemas;

/// <summary>The formats of texts that are checked; any other name is an annotation, as JSON Schema has it.</summary>
/// <remarks>
/// Sources: RFC 3339 (dates, times, and durations in its appendix A), RFC 5321 with dots and letters only, RFC 1123, RFC 3986, RFC 4122.
/// </remarks>
internal static partial class SchemaFormats
{
    private static readonly Dictionary<string, Func<string, bool>> Known = new(StringComparer.Ordinal)
    {
        ["date"] = IsDate,
        ["date-time"] = text => text.Length > 11 && text[10] is 'T' or 't' && IsDate(text[..10]) && IsTime(text[11..]),
        ["time"] = IsTime,
        ["duration"] = text => Duration().IsMatch(text) && text[^1] is not ('P' or 'T'),
        ["email"] = IsEmail,
        ["hostname"] = IsHostname,
        ["ipv4"] = text => Ipv4().IsMatch(text),
        ["ipv6"] = text => Ipv6Characters().IsMatch(text) && IPAddress.TryParse(text, out var address)
            && address.AddressFamily == AddressFamily.InterNetworkV6,
        ["uri"] = text => UriCharacters().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out _),
        ["uuid"] = text => Uuid().IsMatch(text),
    };

    /// <summary>Whether a format is checked.</summary>
    public static bool Has(string name) => Known.ContainsKey(name);

    /// <summary>Whether a text is of a format.</summary>
    public static bool IsOf(string name, string text) => Known[name](text);

    private static bool IsDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // A leap second is one only at the end of a day in UTC.
    private static bool IsTime(string text)
    {
        if (Time().Match(text) is not { Success: true } match)
        {
            return false;
        }

        if (match.Groups["second"].Value != "60")
        {
            return true;
        }

        var minutes = (60 * NumberOf("hour")) + NumberOf("minute");
        var offset = match.Groups["sign"].Success ? (60 * NumberOf("oh")) + NumberOf("om") : 0;
        return (minutes - (match.Groups["sign"].Value == "-" ? -offset : offset) + 1440) % 1440 == 1439;

        int NumberOf(string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static bool IsEmail(string text) =>
        text.LastIndexOf('@') is > 0 and <= 64 and var at && LocalPart().IsMatch(text[..at]) && IsHostname(text[(at + 1)..]);

    private static bool IsHostname(string text) => text.Length <= 253 && Hostname().IsMatch(text);

    [GeneratedRegex(
        @"^(?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9]):(?<second>[0-5][0-9]|60)(\.[0-9]+)?"
        + @"([Zz]|(?<sign>[+-])(?<oh>[01][0-9]|2[0-3]):(?<om>[0-5][0-9]))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex(@"^P([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LocalPart();

    [GeneratedRegex(
        @"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hostname();

    [GeneratedRegex(
        @"^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv4();

    [GeneratedRegex(@"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv6Characters();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UriCharacters();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();
}
