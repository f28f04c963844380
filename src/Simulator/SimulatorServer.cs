using System.Net;
using Drover.Simulator.Http;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Simulator;

/// <summary>An OpenAI-compatible upstream with real limits and faults, on a loopback port.</summary>
/// <remarks>
/// It is Kestrel without the hosting layer: no logging, no dependency injection and no middleware stand between a request
/// and its answer. Several servers may run in one process.
/// </remarks>
public sealed class SimulatorServer : IAsyncDisposable
{
    private readonly Simulation _simulation;
    private readonly KestrelServer _kestrel;

    private SimulatorServer(Simulation simulation, KestrelServer kestrel, Uri baseAddress) =>
        (_simulation, _kestrel, BaseAddress) = (simulation, kestrel, baseAddress);

    /// <summary>What an OpenAI client takes as its endpoint: <c>http://127.0.0.1:port/v1</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>What the simulator was asked so far.</summary>
    public SimulatorStats Stats => _simulation.Stats;

    /// <summary>
    /// The settings in force. Set them to change the simulator while it runs; all but port, names and record count from the next request
    /// on.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names all that are.</exception>
    public SimulatorOptions Options
    {
        get => _simulation.Options;
        set => _simulation.Options = value;
    }

    /// <summary>Starts to listen; when it returns, requests are answered.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the message names all that are.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SimulatorServer> StartAsync(SimulatorOptions options, CancellationToken ct = default)
    {
        var simulation = new Simulation(options);
        var settings = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        settings.Limits.MaxRequestBodySize = null;
        settings.Limits.MinRequestBodyDataRate = null;
        settings.Limits.MinResponseDataRate = null;
        settings.Limits.MaxResponseBufferSize = 1 << 20;
        settings.Limits.KeepAliveTimeout = TimeSpan.FromHours(1);
        settings.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(
            Microsoft.Extensions.Options.Options.Create(new SocketTransportOptions { Backlog = 4096 }), NullLoggerFactory.Instance);
        var kestrel = new KestrelServer(
            Microsoft.Extensions.Options.Options.Create(settings), transport, NullLoggerFactory.Instance);
        try
        {
            await kestrel.StartAsync(new SimulatorApplication(simulation), ct);
        }
        catch
        {
            kestrel.Dispose();
            simulation.Dispose();
            throw;
        }

        var address = kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new SimulatorServer(simulation, kestrel, new Uri(address + "/v1"));
    }

    /// <summary>Drops all connections and stops to listen.</summary>
    public async ValueTask DisposeAsync()
    {
        await _kestrel.StopAsync(new CancellationToken(canceled: true));
        _kestrel.Dispose();
        _simulation.Dispose();
    }
}
