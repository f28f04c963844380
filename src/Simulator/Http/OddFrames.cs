using System.IO.Pipelines;

namespace Drover.Simulator.Http;

/// <summary>Writes events in ways that the standard allows and that readers stumble over.</summary>
/// <remarks>https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream</remarks>
internal static class OddFrames
{
    public static async ValueTask WriteAsync(PipeWriter body, int number, byte[] data)
    {
        switch (number % 6)
        {
            case 0:
                Write(body, ": a comment\n\ndata: "u8, data, "\r\n\r\n"u8);
                break;
            case 1:
                Write(body, "data:\n\ndata: \n\ndata: "u8, data, "\n\n"u8);
                break;
            case 2:
                Write(body, "data: {\"id\":\"chatcmpl-1\",\"choi\n\nevent: message\r\nretry: 5\r\ndata:"u8, data, "\r\n\r\n"u8);
                break;
            case 3:
                // A packet that ends within a character, if there is one of several bytes, and the next within a line end.
                var cut = Array.FindIndex(data, b => b >= 0xC0) is >= 0 and var wide ? wide + 1 : data.Length / 2;
                Write(body, "data: "u8, data.AsSpan(0, cut));
                await SendAsync(body);
                Write(body, data.AsSpan(cut), "\r"u8);
                await SendAsync(body);
                Write(body, "\n\r\n"u8);
                break;
            case 4:
                Write(body, "id: 7\ndata: "u8, data.AsSpan(0, data.Length - 1), "\ndata: }\n\n"u8);
                break;
            default:
                Write(body, "dat"u8);
                await SendAsync(body);
                Write(body, "a: "u8, data, "\n"u8);
                await SendAsync(body);
                Write(body, "\n"u8);
                break;
        }
    }

    // Given a moment, the packet leaves by itself.
    private static async Task SendAsync(PipeWriter body)
    {
        await body.FlushAsync();
        await Task.Yield();
    }

    private static void Write(
        PipeWriter body, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        body.Append(first);
        body.Append(second);
        body.Append(third);
    }
}
