using System.Net.Http.Headers;
using Drover.Bytes;
using Drover.OpenAI;

namespace Drover.Upstreams.Http;

/// <summary>Tells a stream of events from a whole answer where the content type is missing, wrong or spelled in its own way.</summary>
internal static class EventSniffer
{
    private const int Most = 64;

    /// <summary>Whether the content type is that of events.</summary>
    public static bool SaysEvents(MediaTypeHeaderValue? type) =>
        type?.MediaType?.Contains("event-stream", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Looks at the content type, and where that does not say, at the first bytes.</summary>
    /// <returns>Whether they are events; and the body from its beginning.</returns>
    public static async Task<(bool AreEvents, Stream Body)> LookAsync(
        MediaTypeHeaderValue? type, Stream body, CancellationToken cancellationToken)
    {
        if (SaysEvents(type))
        {
            return (true, body);
        }

        var start = new byte[Most];
        var length = 0;
        while (length < Most && AnswerText.SkipBlanks(start.AsSpan(0, length)).IsEmpty
            && await body.ReadAsync(start.AsMemory(length), cancellationToken) is > 0 and var read)
        {
            length += read;
        }

        return (AnswerText.LooksLikeEvents(start.AsSpan(0, length)), new HeadedStream(start.AsMemory(0, length), body, leaveOpen: false));
    }
}
