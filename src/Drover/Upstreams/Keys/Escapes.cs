using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Drover.Upstreams.Keys;

/// <summary>Undoes the escapes of JSON (<c>\u0041</c>, <c>\/</c>), addresses (<c>%41</c>) and HTML (<c>&amp;#65;</c>).</summary>
internal static class Escapes
{
    private const int LongestHtml = 10;

    private static readonly SearchValues<byte> Beginnings = SearchValues.Create("\\%&"u8);

    /// <summary>The text without one layer of escapes, and where each of its bytes stands; null: there are none.</summary>
    /// <param name="places">Where each byte of the text stands in a text before, and last its end; empty: it is the first.</param>
    public static (byte[] Text, int[] Places)? Unescape(ReadOnlySpan<byte> text, ReadOnlySpan<int> places)
    {
        if (text.IndexOfAny(Beginnings) < 0)
        {
            return null;
        }

        var (output, from, length, any) = (new byte[text.Length], new int[text.Length + 1], 0, false);
        for (var at = 0; at < text.Length;)
        {
            var (value, used) = text[at] switch
            {
                (byte)'\\' => Json(text[at..]),
                (byte)'%' => Percent(text[at..]),
                (byte)'&' => Html(text[at..]),
                _ => (text[at], 1),
            };
            any |= used > 1;
            from[length] = places.IsEmpty ? at : places[at];
            output[length++] = value;
            at += used;
        }

        from[length] = places.IsEmpty ? text.Length : places[text.Length];
        return any ? (output[..length], from[..(length + 1)]) : null;
    }

    // Keys are ASCII: of any other character it is enough that it is none of theirs.
    private static (byte Value, int Used) Json(ReadOnlySpan<byte> text) =>
        text.Length >= 6 && text[1] == 'u' && Utf8Parser.TryParse(text.Slice(2, 4), out ushort code, out var read, 'x') && read == 4
            ? ((byte)(code < 128 ? code : 0), 6)
        : text.Length >= 2 && text[1] is (byte)'/' or (byte)'\\' or (byte)'"' ? (text[1], 2)
        : (text[0], 1);

    private static (byte Value, int Used) Percent(ReadOnlySpan<byte> text) =>
        text.Length >= 3 && Utf8Parser.TryParse(text.Slice(1, 2), out byte code, out var read, 'x') && read == 2 ? (code, 3) : (text[0], 1);

    private static (byte Value, int Used) Html(ReadOnlySpan<byte> text)
    {
        var end = text[..Math.Min(text.Length, LongestHtml)].IndexOf((byte)';');
        if (end < 3 || text[1] != '#')
        {
            return (text[0], 1);
        }

        var isHex = text[2] is (byte)'x' or (byte)'X';
        var digits = Encoding.ASCII.GetString(text[(isHex ? 3 : 2)..end]);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return int.TryParse(digits, style, CultureInfo.InvariantCulture, out var code) && code is > 0 and < 128
            ? ((byte)code, end + 1)
            : (text[0], 1);
    }
}
