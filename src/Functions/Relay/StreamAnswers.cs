using Drover.Access;
using Drover.Functions.OpenAI;
using Drover.Streams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Relay;

/// <summary>Answers with a stream's events from where a client stands.</summary>
public sealed class StreamAnswers(CallerKeys keys, StreamHub streams, TimeProvider time)
{
    /// <summary>So long the answer's status can be the upstream's; after that, comments keep the connection open.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private const string LastEventIdHeader = "Last-Event-ID";

    /// <summary>The position that a client comes with: in the header, as EventSource sends it, or in the query as <c>after</c>.</summary>
    public static string LastEventId(HttpRequest request) =>
        request.Headers[LastEventIdHeader] is { Count: > 0 } header ? header.ToString() : request.Query["after"].ToString();

    /// <summary>Begins a stream and answers with its events; or with the upstream's refusal.</summary>
    /// <param name="chat">What is asked for.</param>
    /// <param name="cancellationToken">Fires when the client goes, or the function has no more time.</param>
    public async Task<IResult> BeginAsync(HttpContext http, ChatRequest chat, CancellationToken cancellationToken)
    {
        var start = streams.Start(chat);
        try
        {
            if (await start.Opened.WaitAsync(LongestSilence, time, cancellationToken) is { } refusal)
            {
                return UpstreamAnswers.Of(http, refusal);
            }
        }
        catch (TimeoutException)
        {
            streams.BeginSlowly(start.Id);
        }
        catch (OperationCanceledException)
        {
            // Nobody knows its id, so nobody can come back for it.
            await streams.CancelAsync(start.Id, Caller.OfHost, CancellationToken.None);
            throw;
        }

        return await GoOnAsync(http, start.Id, "", cancellationToken);
    }

    /// <summary>Goes on with a stream after the event <paramref name="last"/>, or from its beginning where that is empty.</summary>
    /// <param name="streamId">The stream's id; null: the one in <paramref name="last"/>.</param>
    /// <param name="last">The id of the last event that the client has.</param>
    /// <param name="cancellationToken">Fires when the client goes, or the function has no more time.</param>
    /// <exception cref="OpenAiException">There is no such stream or no such event.</exception>
    public async Task<IResult> GoOnAsync(HttpContext http, string? streamId, string last, CancellationToken cancellationToken)
    {
        var after = last.Length == 0 ? null : StreamPosition.Parse(last);
        if (last.Length > 0 && (after is null || (streamId is not null && after.Value.Stream != streamId)))
        {
            throw new OpenAiException(
                StatusCodes.Status400BadRequest,
                $"{LastEventIdHeader} is '{OpenAiException.Cut(last)}'; it must be the id of an event of this stream.",
                LastEventIdHeader, "invalid_event_id");
        }

        streamId ??= after!.Value.Stream;
        var reading = await streams.ReadAsync(streamId, keys.CallerOf(http.Request.Headers.Authorization), after, cancellationToken);
        switch (reading.Kind)
        {
            case StreamReadingKind.NoStream:
                throw NoSuchStream(streamId);
            case StreamReadingKind.AtEnd:
                return Results.NoContent(); // What tells an EventSource not to come again.
            case StreamReadingKind.NoSuchEvent:
                http.Response.Headers["x-should-retry"] = "false";
                throw new OpenAiException(
                    StatusCodes.Status409Conflict,
                    $"The stream has no event '{OpenAiException.Cut(last)}': it was lost with the host that sent it. Read the stream again from its beginning.",
                    LastEventIdHeader, "stream_rewound");
            default:
                http.Response.Headers["x-drover-stream-id"] = streamId;
                return new EventStreamResult(reading.Text, cancellationToken);
        }
    }

    public static OpenAiException NoSuchStream(string id) => new(
        StatusCodes.Status404NotFound, $"No such stream: '{OpenAiException.Cut(id)}'. It may have expired.", "id", "stream_not_found");
}
