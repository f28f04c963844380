using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Drover.Access;
using Drover.Budgets;
using Drover.Calls;
using Drover.Models;
using Drover.Simulator;
using Drover.Storage;
using Drover.Streams;
using Drover.Tests.Budgets;
using Drover.Tests.Upstreams;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Streams;

/// <summary>A simulator, and hubs as several processes have them.</summary>
internal sealed class TestStreams : IAsyncDisposable
{
    private readonly TestUpstream _upstream;
    private readonly Spender _unlimited;
    private readonly List<StreamHub> _hubs = [];

    private TestStreams(TestUpstream upstream, ContainerLayout blobs, Spender unlimited) =>
        (_upstream, Blobs, _unlimited) = (upstream, blobs, unlimited);

    public ContainerLayout Blobs { get; }

    public SimulatorServer Simulator => _upstream.Server;

    public TestUpstream Upstream => _upstream;

    private UpstreamPool Upstreams => new([_upstream.Client], []);

    public static async Task<TestStreams> StartAsync(
        AzuriteFixture azurite, SimulatorOptions? simulator = null, Action<UpstreamOptions>? configure = null)
    {
        var upstream = await TestUpstream.StartAsync(simulator, o =>
        {
            o.Concurrency = 100;
            configure?.Invoke(o);
        });
        var blobs = await azurite.CreateContainerAsync();
        return new TestStreams(upstream, blobs, new Spender(azurite, blobs, new BudgetOptions()));
    }

    /// <summary>A hub of a process of its own.</summary>
    public StreamHub Hub(Action<StreamOptions>? configure = null, Spender? spender = null)
    {
        var options = new StreamOptions { ReconnectDelay = TimeSpan.FromMilliseconds(5) };
        configure?.Invoke(options);
        var hub = new StreamHub(
            Blobs, CallerOf(spender ?? _unlimited), options, TimeProvider.System, new Random(1), NullLogger<StreamHub>.Instance);
        _hubs.Add(hub);
        return hub;
    }

    public static ChatRequest Chat(string user, string more = "", string? key = null) => ChatRequest.Read(Encoding.UTF8.GetBytes(
        $$"""{"model":"gpt-4o-mini","user":"{{user}}","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Tell me of number {{user}}, 第{{user}}号 🐂."}]{{more}} }"""), key);

    /// <summary>The text of the answer to <see cref="Chat"/> as the upstream gives it when nothing breaks.</summary>
    public async Task<string> UncutAsync(string user)
    {
        var body = Encoding.UTF8.GetString(Chat(user).Body.Span)
            .Replace("\"stream\":true,\"stream_options\":{\"include_usage\":true},", "", StringComparison.Ordinal)
            .Replace($"\"user\":\"{user}\"", $"\"user\":\"uncut-{user}\"", StringComparison.Ordinal);
        var (result, _) = await _upstream.CallAsync(body);
        return JsonDocument.Parse(result.Body).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content")
            .GetString()!;
    }

    private ModelCaller CallerOf(Spender spender) =>
        new(Upstreams, new ModelCatalogue(), spender.Ledger, spender.Options, TimeProvider.System, NullLogger<ModelCaller>.Instance);

    /// <summary>Starts a stream that is not refused.</summary>
    public static async Task<string> StartAsync(StreamHub hub, ChatRequest request)
    {
        var start = hub.Start(request);
        Assert.Null(await start.Opened.WithinPatience());
        return start.Id;
    }

    /// <summary>Reads a stream to its end, or until enough.</summary>
    public static async Task<Transcript> ReadAsync(
        StreamHub hub, string id, string? after = null, Transcript? into = null, Func<Transcript, bool>? enough = null)
    {
        using var gone = new CancellationTokenSource();
        var reading = await hub.ReadAsync(id, Caller.OfHost, after is null ? null : StreamPosition.Parse(after), gone.Token);
        Assert.Equal(StreamReadingKind.Open, reading.Kind);
        var pipe = new Pipe();
        var copying = CopyAsync(reading.Text, pipe.Writer);
        var transcript = await (into ?? new Transcript()).ReadAsync(pipe.Reader.AsStream(), enough).WithinPatience();
        await gone.CancelAsync();
        await copying;
        return transcript;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs)
        {
            await hub.StopAsync(default).WithinPatience();
            hub.Dispose();
        }

        await _unlimited.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private static async Task CopyAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> text, PipeWriter to)
    {
        try
        {
            await foreach (var part in text)
            {
                await to.WriteAsync(part);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has enough.
        }

        await to.CompleteAsync();
    }
}
