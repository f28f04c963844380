using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Drover.LocalRuntime;

/// <summary>What triggers read from the app settings: names written as <c>%Setting%</c>, and storage connections.</summary>
internal sealed partial class AppSettings(IConfiguration configuration)
{
    public const string DefaultConnection = "AzureWebJobsStorage";

    /// <summary>Replaces each <c>%Setting%</c>; one that is missing is reported and left as it stands.</summary>
    public string Resolve(string text, Action<string> report) => Reference().Replace(text, match =>
    {
        if (configuration[match.Groups[1].Value] is { Length: > 0 } value)
        {
            return value;
        }

        report($"the app setting '{match.Groups[1].Value}', named in '{text}', is not set");
        return match.Value;
    });

    /// <summary>The connection string of a named connection, looked up as the Functions host does.</summary>
    public string? FindConnection(string? name)
    {
        name ??= DefaultConnection;
        return Set(configuration["AzureWebJobs" + name]) ?? Set(configuration[name]) ?? Set(configuration.GetConnectionString(name));

        static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
    }

    /// <summary>Reports a connection that is missing or cannot be understood.</summary>
    public void CheckConnection(string? name, Action<string> report)
    {
        if (FindConnection(name) is not { } connection)
        {
            report($"the app setting '{name ?? DefaultConnection}' with the storage connection string is not set");
            return;
        }

        try
        {
            _ = new BlobServiceClient(connection);
            _ = new QueueServiceClient(connection);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            report($"the app setting '{name ?? DefaultConnection}' is not a storage connection string");
        }
    }

    public BlobServiceClient Blobs(string? name) => new(FindConnection(name), GiveUpSoon(new BlobClientOptions()));

    public QueueServiceClient Queues(string? name, QueueClientOptions options) => new(FindConnection(name), GiveUpSoon(options));

    /// <summary>Names this host in storage; the same after a restart and after a move to another folder.</summary>
    public string HostId(string otherwise)
    {
        var id = configuration["AzureFunctionsWebHost:hostId"] is { Length: > 0 } set ? set : otherwise;
        id = NotInHostId().Replace(id.ToLowerInvariant(), "-").Trim('-');
        return id.Length > 32 ? id[..32].TrimEnd('-') : id;
    }

    /// <summary>
    /// The listeners wait by themselves while storage is away; the clients' half a minute on top would only hide it, and hold up a stop.
    /// </summary>
    private static T GiveUpSoon<T>(T options)
        where T : ClientOptions
    {
        options.Retry.MaxRetries = 3;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        return options;
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Reference();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInHostId();
}
