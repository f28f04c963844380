using System.Text;
using Drover.Simulator;
using Drover.Throttling;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Upstreams;

/// <summary>A simulator and our client of it.</summary>
internal sealed class TestUpstream : IAsyncDisposable
{
    private TestUpstream(SimulatorServer server, UpstreamOptions options, TimeProvider time)
    {
        Server = server;
        Throttle = new Throttle(options.Limits, time);
        Client = new Upstream(options, Throttle, time, NullLogger<Upstream>.Instance);
    }

    public SimulatorServer Server { get; }

    public Throttle Throttle { get; }

    public Upstream Client { get; }

    public StatsSnapshot Stats => Server.Stats.Snapshot();

    public static async Task<TestUpstream> StartAsync(
        SimulatorOptions? simulator = null, Action<UpstreamOptions>? configure = null, TimeProvider? time = null)
    {
        var server = await SimulatorServer.StartAsync(simulator ?? new SimulatorOptions());
        var options = new UpstreamOptions { BaseUrl = server.BaseAddress.ToString(), ApiKey = "sk-test" };
        configure?.Invoke(options);
        return new TestUpstream(server, options, time ?? TimeProvider.System);
    }

    public static string Chat(string user, string more = "") =>
        $$"""{"model":"gpt-4o-mini","user":"{{user}}","messages":[{"role":"user","content":"hi"}]{{more}} }""";

    /// <summary>Asks for leave and calls.</summary>
    /// <param name="body">The request.</param>
    /// <param name="stopRetrying">Ends the retries.</param>
    /// <param name="model">The model that the call counts for.</param>
    /// <param name="since">When the run began that it is of; null: it is a call by itself.</param>
    public async Task<(CallResult Result, int Attempts)> CallAsync(
        string body, CancellationToken stopRetrying = default, DateTimeOffset? since = null, string? model = null)
    {
        using var answer = await Client.CallAsync(
            new ApiCall("/v1/chat/completions", Encoding.UTF8.GetBytes(body), model) { Since = since },
            await Throttle.AcquireAsync(0, default), stopRetrying);
        return (answer.Result, answer.Attempts);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Throttle.DisposeAsync();
        await Server.DisposeAsync();
    }
}
