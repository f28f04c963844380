using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Drover.LocalRuntime;

/// <summary>The loopback ports that a development connection string names.</summary>
public sealed record AzuriteEndpoints(int BlobPort, int QueuePort, int TablePort)
{
    /// <summary>The account of Azurite.</summary>
    public const string Account = "devstoreaccount1";

    /// <summary>The key of it that is public (learn.microsoft.com, "Use the Azurite emulator").</summary>
    public const string PublicKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Azurite's own: <c>UseDevelopmentStorage=true</c>.</summary>
    public static AzuriteEndpoints Default { get; } = new(10000, 10001, 10002);

    /// <summary>The account's key: 64 bytes in Base64.</summary>
    public string Key { get; init; } = PublicKey;

    /// <summary>A connection string for these ports.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};"
        + $"BlobEndpoint=http://127.0.0.1:{BlobPort}/{Account};QueueEndpoint=http://127.0.0.1:{QueuePort}/{Account};TableEndpoint=http://127.0.0.1:{TablePort}/{Account};";

    /// <summary>Whether something listens on one of them.</summary>
    public bool IsAnyTaken => IsListening(BlobPort) || IsListening(QueuePort) || IsListening(TablePort);

    /// <summary>These ports, with a key that nobody knows.</summary>
    public AzuriteEndpoints WithOwnKey() => this with { Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)) };

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

        return new AzuriteEndpoints(blob, PortOf(parts, "QueueEndpoint") ?? blob + 1, PortOf(parts, "TableEndpoint") ?? blob + 2)
        {
            Key = parts.TryGetValue("AccountKey", out var key) && key is string { Length: > 0 } said ? said : PublicKey,
        };
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
