using System.Data.Common;
using System.Net;
using System.Net.Sockets;

namespace Drover.LocalRuntime;

/// <summary>The loopback ports that a development connection string names.</summary>
public sealed record AzuriteEndpoints(int BlobPort, int QueuePort, int TablePort)
{
    /// <summary>The account of Azurite, whose key is public (learn.microsoft.com, "Use the Azurite emulator").</summary>
    public const string Account = "devstoreaccount1";

    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Azurite's own: <c>UseDevelopmentStorage=true</c>.</summary>
    public static AzuriteEndpoints Default { get; } = new(10000, 10001, 10002);

    /// <summary>A connection string for these ports.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{BlobPort}/{Account};QueueEndpoint=http://127.0.0.1:{QueuePort}/{Account};TableEndpoint=http://127.0.0.1:{TablePort}/{Account};";

    /// <summary>Whether something listens on one of them.</summary>
    public bool IsAnyTaken => IsListening(BlobPort) || IsListening(QueuePort) || IsListening(TablePort);

    /// <summary>Three ports that are free now.</summary>
    public static AzuriteEndpoints Free()
    {
        var listeners = Enumerable.Range(0, 3).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.ConvertAll(l => ((IPEndPoint)l.LocalEndpoint).Port);
        listeners.ForEach(l => l.Stop());
        return new AzuriteEndpoints(ports[0], ports[1], ports[2]);
    }

    /// <summary>The ports of a development connection string; null for one that names another account or machine.</summary>
    public static AzuriteEndpoints? Parse(string connectionString)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            return null; // Whoever connects with it will say what is wrong.
        }

        if (parts.TryGetValue("UseDevelopmentStorage", out var use)
            && string.Equals(use as string, "true", StringComparison.OrdinalIgnoreCase))
        {
            return Default;
        }

        if (!parts.TryGetValue("AccountName", out var account)
            || account as string != Account || PortOf(parts, "BlobEndpoint") is not { } blob)
        {
            return null;
        }

        return new AzuriteEndpoints(blob, PortOf(parts, "QueueEndpoint") ?? blob + 1, PortOf(parts, "TableEndpoint") ?? blob + 2);
    }

    /// <summary>Whether something listens on a loopback port.</summary>
    public static bool IsListening(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int? PortOf(DbConnectionStringBuilder parts, string name) =>
        parts.TryGetValue(name, out var value) && Uri.TryCreate(value as string, UriKind.Absolute, out var uri) && uri.IsLoopback
            ? uri.Port
            : null;
}
