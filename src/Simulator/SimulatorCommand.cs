using System.CommandLine;
using System.Globalization;

namespace Drover.Simulator;

/// <summary>The command line: one option for each setting.</summary>
internal static class SimulatorCommand
{
    public static RootCommand Create()
    {
        var command = new RootCommand("An OpenAI-compatible upstream with real limits and faults, on a loopback port.");
        var settings = new SettingOptions(command);
        AddServer(settings);
        AddPace(settings);
        AddFaults(settings);
        command.SetAction((result, ct) => RunAsync(settings.Of(result), ct));
        return command;
    }

    private static void AddServer(SettingOptions settings)
    {
        settings.Add<int>("--port", "The port on 127.0.0.1; 0 takes a free one.", (o, v) => o with { Port = v });
        settings.Add<int>("--seed", "Fixes answers, latencies and faults.", (o, v) => o with { Seed = v });
        settings.Add<string>(
            "--keys", "The keys that are let in, with commas; any key when not set.",
            (o, v) => o with { Keys = [.. v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)] });
        settings.Add<string[]>(
            "--model", "One more model, or another price: name=input/output[@context], US dollars per million tokens.",
            (o, v) => o with { Models = [.. v.Select(ParseModel), .. o.Models] });
        settings.Add<bool>("--down", "Drops every API request's connection.", (o, v) => o with { Down = v });
    }

    private static void AddPace(SettingOptions settings)
    {
        settings.Add<double>("--latency", "Milliseconds until the answer.", (o, v) => o with { Latency = v });
        settings.Add<double>("--latency-p50", "The median of a lognormal latency.", (o, v) => o with { LatencyP50 = v });
        settings.Add<double>("--latency-p95", "Its 95th percentile.", (o, v) => o with { LatencyP95 = v });
        settings.Add<double>("--latency-p99", "Its 99th percentile.", (o, v) => o with { LatencyP99 = v });
        settings.Add<double>("--token-delay", "Milliseconds between two events of a stream.", (o, v) => o with { TokenDelay = v });
        settings.Add<double>("--slow-token-delay", "The same in a slow stream.", (o, v) => o with { SlowTokenDelay = v });
        settings.Add<int>("--rpm", "Requests a minute.", (o, v) => o with { Rpm = v });
        settings.Add<int>("--tpm", "Tokens a minute.", (o, v) => o with { Tpm = v });
        settings.Add<int>("--max-concurrency", "Calls in flight.", (o, v) => o with { MaxConcurrency = v });
        settings.Add<bool>("--hide-limits", "No answer carries x-ratelimit-* headers.", (o, v) => o with { HideLimits = v });
        settings.Add<int>("--max-body-bytes", "Larger bodies are answered with 413.", (o, v) => o with { MaxBodyBytes = v });
        settings.Add<bool>("--odd-frames", "Streams come in odd frames.", (o, v) => o with { OddFrames = v });
        settings.Add<bool>("--no-responses", "There is no route /v1/responses.", (o, v) => o with { NoResponses = v });
        settings.Add<bool>("--no-prefix", "A last message of the assistant's is not continued.", (o, v) => o with { NoPrefix = v });
        settings.Add<int>("--prefix-overlap", "Characters that a continuation repeats.", (o, v) => o with { PrefixOverlap = v });
        settings.Add<int>("--most-faults", "A request meets faults the first so many times only.", (o, v) => o with { MostFaults = v });
        settings.Add<int>("--answer-words", "The words of a plain-text answer, about.", (o, v) => o with { AnswerWords = v });
        settings.Add<bool>(
            "--keep-names", "Whether /stats/requests shows names: true, false; without it, the first 100,000.",
            (o, v) => o with { KeepNames = v });
        settings.Add<string>("--record", "A file to which every processed request is appended.", (o, v) => o with { Record = v });
    }

    private static void AddFaults(SettingOptions settings)
    {
        settings.Add<string>("--poison", "A request whose body contains this text always fails with 500.", (o, v) => o with { Poison = v });
        settings.Add<double>("--retry-after", "Seconds in the Retry-After of --fail-429.", (o, v) => o with { RetryAfter = v });
        settings.Add<double>(
            "--timeout-seconds", "How long --fail-timeout and --fail-stream-stall last; until the client goes when not set.",
            (o, v) => o with { TimeoutSeconds = v });
        settings.Add<string>(
            "--answer-as", "Answers as providers do in odd ways: src/Simulator/README.md names them.", (o, v) => o with { AnswerAs = v });
        settings.Add<double>("--fail-500", "Rate of 500.", (o, v) => o with { Fail500 = v });
        settings.Add<double>("--fail-503", "Rate of 503.", (o, v) => o with { Fail503 = v });
        settings.Add<double>("--fail-429", "Rate of 429 with Retry-After.", (o, v) => o with { Fail429 = v });
        settings.Add<double>("--fail-timeout", "Rate of requests that are never answered.", (o, v) => o with { FailTimeout = v });
        settings.Add<double>(
            "--fail-reset-before", "Rate of resets before the request is processed.", (o, v) => o with { FailResetBefore = v });
        settings.Add<double>(
            "--fail-reset-after", "Rate of resets after it is processed and billed.", (o, v) => o with { FailResetAfter = v });
        settings.Add<double>("--fail-stream-cut", "Rate of streams that are cut in the middle.", (o, v) => o with { FailStreamCut = v });
        settings.Add<double>(
            "--fail-stream-stall", "Rate of streams that fall silent in the middle.", (o, v) => o with { FailStreamStall = v });
        settings.Add<double>("--fail-stream-slow", "Rate of slow streams.", (o, v) => o with { FailStreamSlow = v });
        settings.Add<double>("--fail-malformed", "Rate of answers that are not JSON.", (o, v) => o with { FailMalformed = v });
        settings.Add<double>("--fail-truncated", "Rate of messages whose JSON is cut off.", (o, v) => o with { FailTruncated = v });
        settings.Add<double>("--fail-fenced", "Rate of messages whose JSON stands in a code fence.", (o, v) => o with { FailFenced = v });
        settings.Add<double>("--fail-wrapped", "Rate of messages with text around their JSON.", (o, v) => o with { FailWrapped = v });
    }

    private static async Task<int> RunAsync(SimulatorOptions options, CancellationToken ct)
    {
        try
        {
            await using var server = await SimulatorServer.StartAsync(options, ct);
            Console.WriteLine($"simulator listening on {server.BaseAddress.GetLeftPart(UriPartial.Authority)}");
            await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    internal static SimulatedModel ParseModel(string text)
    {
        var error = new ArgumentException($"--model is '{text}'; it must be name=input/output or name=input/output@context.");
        var (left, context) = text.Split('@') is [var first, var last] ? (first, last) : (text, "128000");
        return left.Split('=', '/') is [{ Length: > 0 } name, var input, var output]
            && decimal.TryParse(input, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var inputUsd)
            && decimal.TryParse(output, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var outputUsd)
            && int.TryParse(context, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens)
            ? new SimulatedModel(name, inputUsd, outputUsd, tokens)
            : throw error;
    }
}
