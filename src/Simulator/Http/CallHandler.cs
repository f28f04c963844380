using System.Text;
using Drover.Simulator.Answers;
using Drover.Simulator.Calls;
using Drover.Simulator.Counting;
using Drover.Simulator.Faults;
using Drover.Simulator.Limits;
using Drover.Simulator.Oddities;
using Drover.Simulator.Timing;

namespace Drover.Simulator.Http;

/// <summary>Takes a model's call from its bytes to its answer: checks, limits, faults, latency, bill, answer.</summary>
internal sealed class CallHandler(Simulation simulation, Responder responder)
{
    private readonly EventStream _stream = new(simulation.Delay);

    public async Task HandleAsync(HttpContext http, Endpoint endpoint)
    {
        var options = simulation.Options;
        var started = options.TimeProvider.GetTimestamp();
        using var body = await RequestBody.ReadAsync(http.Request, options.MaxBodyBytes)
            ?? throw new ApiException(ApiError.TooLarge(options.MaxBodyBytes));
        using var document = CallReader.Parse(body);
        var root = document.RootElement;
        var (call, answers) = CallReader.Read(endpoint, root, options);
        var identity = RequestIdentity.Of(http.Request.Headers[RequestIdentity.Header], root, body.Span);
        var tokens = call.PromptTokens + answers.Sum(answer => TokenEstimate.Of(answer.Text));
        if (!simulation.Limits.TryEnter(tokens, out var rates, out var inFlight, out var rejection))
        {
            simulation.Stats.OnRejected(rejection);
            RateHeaders(http, options, rates);
            responder.Error(http, rejection.ToError(call.ModelName));
            return;
        }

        try
        {
            var sighting = simulation.Stats.OnAdmitted(identity, inFlight);
            var isPoison = options.Poison is { Length: > 0 } poison && body.Span.IndexOf(Encoding.UTF8.GetBytes(poison)) >= 0;
            var fault = isPoison ? Fault.ServerError
                : options.MostFaults > 0 && sighting > options.MostFaults ? Fault.None
                : FaultPlan.Draw(options, identity.Hash, sighting);
            RateHeaders(http, options, rates);
            await ServeAsync(
                new Admitted(http, endpoint, root, call, answers, identity, sighting, Applicable(fault, call), options, started)
                {
                    Oddity = Oddity.NameOf(body.Span, options),
                });
        }
        finally
        {
            simulation.Limits.Leave();
        }
    }

    private static void RateHeaders(HttpContext http, SimulatorOptions options, RateState rates)
    {
        if (!options.HideLimits)
        {
            Responder.RateHeaders(http.Response.Headers, rates);
        }
    }

    private async Task ServeAsync(Admitted it)
    {
        if (it.Fault != Fault.None)
        {
            simulation.Stats.OnFault(it.Fault);
        }

        switch (it.Fault)
        {
            case Fault.RateLimited:
                responder.Error(it.Http, ApiError.PassingLimit(it.Options.RetryAfter));
                return;
            case Fault.ResetBefore:
                Responder.Reset(it.Http);
                return;
            case Fault.Timeout:
                await SilenceAsync(it);
                responder.Error(it.Http, ApiError.TimedOut);
                return;
            case Fault.ServerError or Fault.Unavailable:
                await LatencyAsync(it);
                responder.Error(it.Http, it.Fault == Fault.ServerError ? ApiError.ServerError : ApiError.Unavailable);
                return;
        }

        var reply = ReplyTo(it);
        var odd = OddAnswerTo(it, reply);
        if (odd is { IsBilled: false })
        {
            await LatencyAsync(it);
            await responder.OddAsync(it.Http, odd, reply.Id);
            return;
        }

        simulation.Stats.OnProcessed(it.Identity, it.Call.Model, reply.PromptTokens, reply.CompletionTokens);
        simulation.Recorder.Record(it.Identity, it.Body);
        await LatencyAsync(it);
        if (it.Fault == Fault.ResetAfter)
        {
            Responder.Reset(it.Http);
        }
        else if (odd is not null)
        {
            await responder.OddAsync(it.Http, odd, reply.Id);
        }
        else if (it.Call.Stream)
        {
            await SendStreamAsync(it, reply);
        }
        else
        {
            Send(it, reply);
        }
    }

    private static OddAnswer? OddAnswerTo(Admitted it, Reply reply) => it.Oddity is { } name
        ? Oddity.Answer(name, new OddCall(it.Body, it.Endpoint, reply, it.Sighting, it.Http.Request.Host.Value ?? ""))
        : null;

    private void Send(Admitted it, Reply reply)
    {
        responder.Start(it.Http, 200, "application/json", reply.Id, it.ElapsedMilliseconds);
        var body = JsonBuffer.Render((it.Endpoint, reply), static (json, state) => state.Endpoint.Format.Write(json, state.reply));
        responder.Body(it.Http, it.Fault == Fault.Malformed ? body[..(body.Length / 2)] : body);
    }

    private async Task SendStreamAsync(Admitted it, Reply reply)
    {
        responder.Start(it.Http, 200, "text/event-stream; charset=utf-8", reply.Id, it.ElapsedMilliseconds);
        it.Http.Response.Headers.CacheControl = "no-cache";
        var breaks = it.Fault is Fault.StreamCut or Fault.StreamStall
            ? EventStream.BreakPoint(reply, StableHash.Mix(it.Identity.Hash, (ulong)it.Sighting))
            : -1;
        var pause = it.Fault == Fault.StreamSlow ? it.Options.SlowTokenDelay : it.Options.TokenDelay;
        if (await _stream.SendAsync(it.Http, reply, it.Endpoint.Format, pause, breaks, it.Options.OddFrames))
        {
            return;
        }

        if (it.Fault == Fault.StreamStall)
        {
            await SilenceAsync(it);
        }

        it.Http.Abort();
    }

    private Reply ReplyTo(Admitted it)
    {
        var id = StableHash.Mix(StableHash.Mix(it.Identity.Hash, (ulong)it.Sighting), (ulong)it.Options.Seed);
        return new Reply(id.ToString("x16"), it.Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds(), it.Call,
            Array.ConvertAll(it.Answers, answer => AnswerMaker.Spoil(answer, it.Fault)));
    }

    /// <summary>Waits for what the latency leaves after the time spent so far.</summary>
    private Task LatencyAsync(Admitted it)
    {
        var latency = LatencyModel.Draw(it.Options, it.Identity.Hash, it.Sighting);
        return latency == TimeSpan.Zero
            ? Task.CompletedTask
            : simulation.Delay.Wait(latency - it.Options.TimeProvider.GetElapsedTime(it.Started));
    }

    private static async Task SilenceAsync(Admitted it)
    {
        var end = it.Options.TimeoutSeconds > 0 ? TimeSpan.FromSeconds(it.Options.TimeoutSeconds) : Timeout.InfiniteTimeSpan;
        await Task.Delay(end, it.Options.TimeProvider, it.Http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A fault of streams meets streams only.</summary>
    private static Fault Applicable(Fault fault, ModelCall call) => fault switch
    {
        Fault.StreamCut or Fault.StreamStall or Fault.StreamSlow when !call.Stream => Fault.None,
        Fault.Malformed when call.Stream => Fault.None,
        Fault.Truncated or Fault.Fenced or Fault.Wrapped when !call.Format.IsJson => Fault.None,
        _ => fault,
    };
}
