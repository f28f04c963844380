using System.Text.RegularExpressions;
using Drover.LocalRuntime;
using Drover.Simulator;

[assembly: AssemblyFixture(typeof(Drover.Clients.Tests.ServedDrover))]

namespace Drover.Clients.Tests;

/// <summary>One <c>drover serve</c> for all tests, the real process, against a simulator that takes 100 ms for an answer.</summary>
public sealed partial class ServedDrover : IAsyncLifetime
{
    private readonly AzuriteEndpoints _storage = AzuriteEndpoints.Free();
    private readonly TestFolder _folder = new();
    private AzuriteServer? _azurite;
    private DroverProcess _drover = null!;

    /// <summary>The address that clients are given, up to and with <c>/v1</c>.</summary>
    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>Its upstream.</summary>
    internal SimulatorServer Simulator { get; private set; } = null!;

    /// <summary>Starts another one, with settings of its own.</summary>
    internal DroverProcess Start(TestFolder folder, params (string Name, string? Value)[] settings) =>
        DroverProcess.Start(folder, _storage, Simulator.BaseAddress, ["serve", "--port", "0"], settings);

    /// <summary>Where a process listens, once it does.</summary>
    internal static async Task<Uri> AddressAsync(DroverProcess drover)
    {
        await Eventually.TrueAsync(() => Listening().IsMatch(drover.Errors), $"drover to listen; it says: {drover.Errors}");
        return new Uri(Listening().Match(drover.Errors).Groups[1].Value);
    }

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteServer.EnsureAsync(_storage, _folder.File("azurite"), _ => { }, CancellationToken.None);
        Simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 100 });
        _drover = Start(_folder);
        BaseAddress = new Uri(await AddressAsync(_drover), "v1");
    }

    public async ValueTask DisposeAsync()
    {
        await _drover.DisposeAsync();
        await Simulator.DisposeAsync();
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        _folder.Dispose();
    }

    [GeneratedRegex(@"Drover listens on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
