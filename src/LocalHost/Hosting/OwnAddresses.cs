namespace Drover.LocalHost.Hosting;

/// <summary>This machine's own addresses, where storage, the simulator and local models listen.</summary>
internal static class OwnAddresses
{
    private const string Loopback = "localhost,127.0.0.1,[::1]";

    /// <summary>Sees to it that a proxy of the environment (HTTP_PROXY) holds for the world outside and never for this machine.</summary>
    public static void KeepFromProxies()
    {
        foreach (var name in new[] { "NO_PROXY", "no_proxy" })
        {
            var said = Environment.GetEnvironmentVariable(name);
            if (said is not null || name == "NO_PROXY")
            {
                Environment.SetEnvironmentVariable(name, string.IsNullOrWhiteSpace(said) ? Loopback : $"{said},{Loopback}");
            }
        }
    }
}
