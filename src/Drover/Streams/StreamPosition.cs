using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Drover.Streams;

/// <summary>The id of one event, and so a position in a stream: <c>strm_….{epoch}.{offset}</c>.</summary>
/// <param name="Stream">The stream's id.</param>
/// <param name="Epoch">Which writer wrote the event: each that takes a stream over draws a new one.</param>
/// <param name="Offset">Where the event begins in the stream's log, in bytes.</param>
/// <remarks>A position is good when, and only when, the event at its offset bears the same id: that is all there is to check.</remarks>
public readonly partial record struct StreamPosition(string Stream, string Epoch, int Offset)
{
    /// <summary>Whether a text may be a stream's id.</summary>
    public static bool IsStreamId(string text) => StreamPattern().IsMatch(text);

    public static StreamPosition? Parse(string text) =>
        text.Split('.') is [var stream, var epoch, var offset] && IsStreamId(stream)
            && epoch.Length <= 16 && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new StreamPosition(stream, epoch, number)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream}.{Epoch}.{Offset}");

    internal static string NewStreamId() => $"strm_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";

    internal static string NewEpoch() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    [GeneratedRegex(@"\Astrm_[0-9a-f]{32}\z")]
    private static partial Regex StreamPattern();
}
