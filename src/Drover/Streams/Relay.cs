using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using Drover.Calls;
using Drover.Json;
using Drover.OpenAI;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Streams;

/// <summary>Brings one answer from the upstream into a stream's log, over as many calls as it takes.</summary>
internal sealed class Relay(
    LiveStream stream, ChatRequest request, ChatProgress progress, ModelCaller caller, StreamOptions options, Reconnections reconnections,
    ILogger logger)
{
    /// <summary>
    /// After its <c>finish_reason</c> a stream has only its usage and its end to send; some send neither, and keep the connection.
    /// </summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<CallResult?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly UsageSum _usage = new();
    private readonly CallTerms _terms = caller.TermsFor(request.Key);
    private int _skipped;

    /// <summary>The name of the caller's key whose stream it is; null for none.</summary>
    public string? Key => request.Key;

    // Usage that the caller did not ask for is asked for when a budget needs it, and kept from the caller.
    private bool UsageIsOurs => _terms.IsLimited && !request.AsksForUsage;

    /// <summary>Null once the stream has begun; or the answer that refused it, and then there is no stream.</summary>
    public Task<CallResult?> Opened => _opened.Task;

    /// <summary>Runs until the log has its end, or the token fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var end = await RelayAsync(cancellationToken);
            if (end is not null)
            {
                stream.End(end);
                StreamLog.Ended(logger, stream.Id, end, reconnections.Count, _skipped);
            }

            _opened.TrySetResult(null);
        }
        catch (OperationCanceledException e)
        {
            _opened.TrySetCanceled(e.CancellationToken);
            throw;
        }
        catch (Exception e)
        {
            StreamLog.Failed(logger, e, stream.Id);
            Fail("The stream failed within Drover; its log says why.", "internal_error");
            stream.End(StreamEnd.Failed);
            _opened.TrySetResult(null);
        }
    }

    private async Task<string?> RelayAsync(CancellationToken cancellationToken)
    {
        if (progress.IsClosed)
        {
            return progress.IsFinished ? StreamEnd.Completed : StreamEnd.Failed;
        }

        if (progress.Length > 0)
        {
            _usage.AddBroken("", progress.Text); // The writer before us was cut off.
        }

        for (var tries = 0; !progress.IsFinished;)
        {
            var (before, prefix) = (progress.Length, progress.Text);
            var failure = await AttemptAsync(prefix, cancellationToken);
            if (failure is null)
            {
                break;
            }

            if (failure.WasPaid)
            {
                _usage.AddBroken(prefix, progress.Text[before..]);
            }

            tries = progress.Length > before ? 1 : tries + 1;
            var wait = reconnections.WaitBefore(tries, failure.RetryAfter);
            if (failure.IsFinal || WhyNoMore(tries, wait) is not null)
            {
                if (failure.Head is { } refusal && !stream.HasBegun)
                {
                    _opened.TrySetResult(refusal);
                    return null;
                }

                Fail(failure.IsFinal ? failure.Reason : $"{failure.Reason}{WhyNoMore(tries, wait)}", failure.Code);
                return StreamEnd.Failed;
            }

            await PauseAsync(failure.Reason, tries, wait, cancellationToken);
        }

        stream.AppendEvent("[DONE]"u8);
        return StreamEnd.Completed;
    }

    /// <summary>One call: null when the answer is whole.</summary>
    private async Task<StreamFailure?> AttemptAsync(string prefix, CancellationToken cancellationToken)
    {
        var body = request.BodyAfter(prefix, options.Continuation, UsageIsOurs);
        var call = caller.Prepare(_terms, stream.Id, ChatRequest.Url, body, request.Shape);
        await using var answer = await caller.OpenStreamAsync(call, cancellationToken);
        if (answer.Body is null)
        {
            if (answer.Head.Outcome != Outcome.Result || progress.HasEvents)
            {
                return StreamFailure.Of(answer.Head, options.LongestReconnectDelay);
            }

            Begin();
            Pass(ChatChunk.OfCompletion(answer.Head.Body), null); // It answers whole though a stream was asked for.
            return null;
        }

        return await ReadAsync(answer, prefix, cancellationToken);
    }

    /// <summary>Reads a stream that has begun: null when the answer is whole.</summary>
    private async Task<StreamFailure?> ReadAsync(UpstreamStream answer, string prefix, CancellationToken cancellationToken)
    {
        Begin();
        var chunks = 0;
        var pairs = new SplitPairs();
        var continued = progress.HasEvents ? new ContinuedChunks(progress, prefix, _usage) : null;
        using var reading = new CancellationTokenSource(Timeout.InfiniteTimeSpan, stream.Time);
        await using var stopping = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), reading);
        try
        {
            var events = SseParser.Create(answer.Body!, (_, data) => ChatChunk.Parse(pairs.Join(data)));
            await foreach (var item in events.EnumerateAsync(reading.Token))
            {
                switch (item.Data.Kind)
                {
                    case ChunkKind.Done:
                        return null;
                    case ChunkKind.Error:
                        return StreamFailure.Of(item.Data.Body!.Error!);
                    case ChunkKind.Unreadable:
                        _skipped++;
                        break;
                    case ChunkKind.Chunk:
                        chunks++;
                        answer.Usage = item.Data.Body!.Usage ?? answer.Usage;
                        Pass(item.Data, continued);
                        break;
                }

                if (progress.IsFinished)
                {
                    reading.CancelAfter(LongestEnd);
                }

                if (continued is { IsAnotherAnswer: true })
                {
                    return StreamFailure.Half(
                        "The upstream began another answer instead of going on with this one.", "continuation_differs");
                }
            }
        }
        catch (OperationCanceledException) when (progress.IsFinished && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            return progress.IsFinished
                ? null
                : StreamFailure.Half($"The upstream's stream broke: {Excerpt.Of(e.Message)}", "connection_lost");
        }
        finally
        {
            answer.Usage ??= Estimated(prefix, chunks);
        }

        return progress.IsFinished ? null : StreamFailure.Half("The upstream's stream ended in the middle.", "connection_lost");
    }

    private void Pass(ChatChunk chunk, ContinuedChunks? continued)
    {
        if (UsageIsOurs && chunk.IsOnlyUsage)
        {
            return;
        }

        if ((continued is null ? chunk : continued.Rewrite(chunk)) is { } passed)
        {
            stream.AppendEvent(passed.Data);
            progress.Add(passed);
        }
    }

    // What a call used that never said: a chunk is a token at least, also where its text is thought, or repeats what was there.
    private TokenUsage Estimated(string prefix, int chunks) => new(
        request.Shape.PromptTokens + UsageSum.Estimate(prefix), Math.Max(UsageSum.Estimate(progress.Text[prefix.Length..]), chunks), 0);

    /// <summary>Lets the stream begin: from now on, what goes wrong is an event.</summary>
    public void Begin()
    {
        stream.Begin(LogText.Head(request, stream.Time.GetUtcNow()));
        _opened.TrySetResult(null);
    }

    private async Task PauseAsync(string reason, int tries, TimeSpan wait, CancellationToken cancellationToken)
    {
        Begin();
        reconnections.Add();
        stream.AppendComment(string.Create(
            CultureInfo.InvariantCulture, $"reconnecting {tries}/{options.ReconnectTries} in {wait.TotalSeconds:0.#} s"));
        StreamLog.Broken(logger, stream.Id, reason, tries, options.ReconnectTries, wait.TotalSeconds);
        await Task.Delay(wait, stream.Time, cancellationToken);
    }

    private string? WhyNoMore(int tries, TimeSpan wait) =>
        reconnections.WhyNoMore(tries, wait)
        ?? (progress.IsMoreThanText || (request.Shape.Answers > 1 && progress.HasEvents)
            ? " Calls of tools and several choices cannot be continued."
        : options.Continuation == Continuation.Off && progress.Length > 0 ? " Drover:Streams:Continuation is Off."
        : null);

    /// <summary>Appends the event that says why there is no more.</summary>
    public void Fail(string message, string code)
    {
        Begin();
        var type = code == ModelCaller.SpentCode ? code : "upstream_error";
        var error = new JsonObject
        {
            ["error"] = new JsonObject { ["message"] = message, ["type"] = type, ["param"] = null, ["code"] = code },
        };
        stream.AppendEvent(Encoding.UTF8.GetBytes(error.ToJsonString(ReadableJson.Options)));
    }
}
