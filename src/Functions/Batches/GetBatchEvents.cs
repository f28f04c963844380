using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Drover.Functions.Callers;
using Drover.Functions.Http;
using Drover.Functions.Relay;
using Drover.Outcomes;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>
/// HTTP <c>GET /api/batches/{id}/events</c>: a batch's progress, its alerts and its outcomes as they come, as server-sent events.
/// </summary>
/// <remarks>
/// <c>event: outcome</c> has an outcome's line, <c>event: alert</c> a <see cref="BatchAlert"/> that begins or ends, <c>event:
/// progress</c> the batch as <c>GET /api/batches/{id}</c> shows it, at most once a second and when it has changed. Each has an
/// <c>id:</c>; with <c>Last-Event-ID</c> or <c>?after=</c> it goes on there. It ends when the batch has ended; after that there is 204.
/// </remarks>
public sealed class GetBatchEvents(VisibleBatches batches, BatchViews views, BatchAlerts alerts, OutcomeFeed feed, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int PausesBetweenComments = 10;

    [Function(nameof(GetBatchEvents))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches/{id}/events")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is not { } spec)
        {
            return Answers.NoSuchBatch(id);
        }

        var view = await views.OfAsync(client, spec, cancellationToken);
        var last = StreamAnswers.LastEventId(request);
        if ((last.Length == 0 ? EventPosition.Start : EventPosition.Parse(last)) is not { } position)
        {
            return Answers.Error(
                StatusCodes.Status400BadRequest, "Last-Event-ID is not the id of an event of a batch.", "invalid_event_id",
                "Last-Event-ID");
        }

        return position.HasEnded && view.HasEnded && !await HasNewsAsync(view, position, cancellationToken)
            ? Results.NoContent()
            : new EventStreamResult(EventsAsync(client, id, position, cancellationToken), cancellationToken);
    }

    private async Task<bool> HasNewsAsync(BatchView view, EventPosition position, CancellationToken cancellationToken) =>
        await feed.ReadAsync(view.Id, position.Feed, cancellationToken).AnyAsync(cancellationToken)
        || await alerts.SinceAsync(view, position.Alerts, cancellationToken) is not [];

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> EventsAsync(
        DurableTaskClient client, string id, EventPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shown = "";
        position = position with { HasEnded = false };
        for (var quiet = 0; ;)
        {
            // The view first: outcomes that it counts are then in storage.
            var view = await views.FindAsync(client, id, cancellationToken);
            await foreach (var item in feed.ReadAsync(id, position.Feed, cancellationToken))
            {
                position = position with { Feed = item.Position };
                yield return Event("outcome", position, item.Line.Span);
            }

            foreach (var alert in view is null ? [] : await alerts.SinceAsync(view, position.Alerts, cancellationToken))
            {
                position =
                    position with
                    {
                        Alerts = position.Alerts.Where(known => known != alert.Id)
                            .Concat(alert.Message is null ? [] : [alert.Id]).ToHashSet(),
                    };
                yield return Event("alert", position, JsonSerializer.SerializeToUtf8Bytes(alert, ApiJson.Readable.BatchAlert));
            }

            var now = view is null ? shown : JsonSerializer.Serialize(view, ApiJson.Readable.BatchView);
            if (now != shown)
            {
                (shown, quiet) = (now, 0);
                position = position with { HasEnded = view!.HasEnded };
                yield return Event("progress", position, Encoding.UTF8.GetBytes(now));
            }
            else if (++quiet % PausesBetweenComments == 0)
            {
                yield return ": \n"u8.ToArray();
            }

            if (view is null or { HasEnded: true })
            {
                yield break;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static byte[] Event(string name, EventPosition position, ReadOnlySpan<byte> data) =>
        [.. Encoding.UTF8.GetBytes($"event: {name}\ndata: "), .. data, .. Encoding.UTF8.GetBytes($"\nid: {position}\n\n")];
}
