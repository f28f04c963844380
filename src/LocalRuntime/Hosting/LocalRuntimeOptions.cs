using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Drover.LocalRuntime;

/// <summary>What a host says to run functions in its own process.</summary>
public sealed class LocalRuntimeOptions
{
    /// <summary>The assembly whose <c>[Function]</c> methods are run.</summary>
    public required Assembly FunctionAssembly { get; init; }

    /// <summary>The path of <c>host.json</c>. A file that is not there means the defaults.</summary>
    public required string HostJsonPath { get; init; }

    /// <summary>The folder for what must survive a restart: <c>durable.db</c>, and the times when timers are due.</summary>
    public required string DataPath { get; init; }

    /// <summary>
    /// The key that HTTP functions above <see cref="AuthorizationLevel.Anonymous"/> ask for. Without one they are open, and the host must
    /// listen on loopback only.
    /// </summary>
    public string? HostKey { get; init; }

    /// <summary>What else admits to those functions than the key; it must be as hard to guess. Null: nothing.</summary>
    public Func<HttpRequest, bool>? Admits { get; init; }

    /// <summary>False gives just the <c>DurableTaskClient</c>: neither the engine nor a trigger is started.</summary>
    public bool RunTriggers { get; init; } = true;

    /// <summary>The shortest time between two listings of a container. A listing that takes long is repeated less often.</summary>
    public TimeSpan BlobScanInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The classes to look at, instead of all of the assembly's.</summary>
    internal IReadOnlyList<Type>? FunctionTypes { get; init; }
}
