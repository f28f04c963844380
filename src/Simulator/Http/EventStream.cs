using Drover.Simulator.Answers;
using Drover.Simulator.Formats;
using Drover.Simulator.Timing;

namespace Drover.Simulator.Http;

/// <summary>Sends an answer as server-sent events, whole or up to where a fault breaks it.</summary>
internal sealed class EventStream(PreciseDelay delay)
{
    /// <summary>Long enough for what was written to leave before the connection is dropped.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns false when the stream ended where <paramref name="breaksAfter"/> says, or when the client went away.</summary>
    public async Task<bool> SendAsync(
        HttpContext http, Reply reply, IReplyFormat format, double pauseMilliseconds, int breaksAfter, bool odd)
    {
        var body = http.Response.BodyWriter;
        var pause = TimeSpan.FromMilliseconds(pauseMilliseconds);
        var sent = 0;
        foreach (var chunk in Chunks(reply))
        {
            if (sent == breaksAfter)
            {
                await body.FlushAsync();
                await Task.Delay(Grace);
                return false;
            }

            if (sent++ > 0 && pause > TimeSpan.Zero)
            {
                await body.FlushAsync();
                await delay.Wait(pause);
            }

            if (http.RequestAborted.IsCancellationRequested)
            {
                return false;
            }

            if (odd)
            {
                var data = JsonBuffer.Render(
                    (format, reply, chunk), static (json, it) => it.format.WriteChunk(json, it.reply, it.chunk)).ToArray();
                await OddFrames.WriteAsync(body, sent, data);
                continue;
            }

            body.Append("data: "u8);
            body.Append(JsonBuffer.Render((format, reply, chunk), static (json, it) => it.format.WriteChunk(json, it.reply, it.chunk)));
            body.Append("\n\n"u8);
        }

        body.Append("data: [DONE]\n\n"u8);
        return true;
    }

    /// <summary>After the first piece of text at the earliest, before the last at the latest.</summary>
    public static int BreakPoint(Reply reply, ulong draw)
    {
        var pieces = reply.Answers.Sum(answer => answer.Pieces().Length);
        return 2 + (int)(draw % (ulong)Math.Max(1, pieces - 1));
    }

    /// <summary>The events of an answer in their order.</summary>
    public static IEnumerable<StreamChunk> Chunks(Reply reply)
    {
        for (var choice = 0; choice < reply.Answers.Length; choice++)
        {
            yield return new StreamChunk(ChunkKind.Start, choice, "");
            foreach (var piece in reply.Answers[choice].Pieces())
            {
                yield return new StreamChunk(ChunkKind.Delta, choice, piece);
            }

            yield return new StreamChunk(ChunkKind.End, choice, "");
        }

        if (reply.Call.IncludeUsage)
        {
            yield return new StreamChunk(ChunkKind.Usage, 0, "");
        }
    }
}
