using System.Net;
using Microsoft.AspNetCore.Http;

namespace Drover.LocalRuntime;

/// <summary>Without a host key, functions that ask for one are open; then only this machine may reach them.</summary>
internal static class LoopbackRule
{
    public static void Check(IEnumerable<string> addresses, FunctionCatalog catalog, HostKey key)
    {
        var open = catalog.With<HttpBinding>().Where(f => f.Binding.NeedsKey).Select(f => f.Function.Name).ToList();
        if (key.IsSet || open.Count == 0)
        {
            return;
        }

        var errors = addresses.Where(address => !IsLoopback(address)).Select(address =>
            $"The host listens on {address} without a host key, so that others could call {string.Join(", ", open)}. Set a host key, or listen on a loopback address such as http://127.0.0.1:7071.")
            .ToList();
        if (errors.Count > 0)
        {
            throw new LocalRuntimeException(errors);
        }
    }

    /// <summary>The same rule for one request: it holds also in the moment before the addresses are checked.</summary>
    public static bool Admits(ConnectionInfo connection) => connection.LocalIpAddress is not { } local || IPAddress.IsLoopback(local);

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address) is { IsUnixPipe: false, IsNamedPipe: false } parsed
            ? parsed.Host.Trim('[', ']')
            : "localhost";
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
