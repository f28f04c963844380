using System.Net;

namespace Drover.LocalHost.Hosting;

/// <summary>What the command line says of the host. Null: as the settings say.</summary>
internal sealed record HostSetup
{
    public string DataPath { get; init; } = ".drover";

    public string? BaseUrl { get; init; }

    public int? Concurrency { get; init; }

    public int? RequestsPerMinute { get; init; }

    public long? TokensPerMinute { get; init; }

    /// <summary>The most tokens of a reply that a recipe asks for.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Take answers from the simulator, whatever the settings say.</summary>
    public bool Simulator { get; init; }

    /// <summary>Run orchestrations and triggers; false for commands that only look.</summary>
    public bool RunTriggers { get; init; } = true;

    /// <summary>Where the host listens; port 0 is any free one.</summary>
    public int Port { get; init; }

    /// <summary>The address that the host listens on. Other than loopback: only with a key.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>A folder of static files to serve at <c>/</c>; null for none.</summary>
    public string? PagePath { get; init; }

    /// <summary>Log to the console; otherwise to the data folder.</summary>
    public bool LogToConsole { get; init; }
}
