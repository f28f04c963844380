using System.Reflection;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace Drover.LocalRuntime;

/// <summary>A blob function: the blob; by name, the parts of its path.</summary>
internal sealed class BlobBinding : TriggerBinding
{
    private static readonly string[] Names = ["blobTrigger", "uri"];

    public BlobBinding(string path, string? connection, Action<string> report)
    {
        Connection = connection;
        try
        {
            Pattern = BlobPattern.Parse(path);
        }
        catch (FormatException e)
        {
            report($"the blob path '{path}' cannot be used: {e.Message}");
            Pattern = BlobPattern.Parse("unusable");
        }
    }

    public string? Connection { get; }

    public BlobPattern Pattern { get; }

    public override string Accepts => "Stream, a blob client, string, byte[], or a type that can be read from JSON";

    public override ParameterBinder? BindTrigger(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        return type == typeof(Stream) ? async invocation =>
            await Blob(invocation).Client.OpenReadAsync(cancellationToken: invocation.CancellationToken)
            : type == typeof(BlobClient) ? invocation => new(Blob(invocation).Client)
            : type == typeof(BlobBaseClient) ? invocation => new(Blob(invocation).Container.GetBlobBaseClient(Blob(invocation).Name))
            : type == typeof(BlockBlobClient) ? invocation => new(Blob(invocation).Container.GetBlockBlobClient(Blob(invocation).Name))
            : type == typeof(AppendBlobClient) ? invocation => new(Blob(invocation).Container.GetAppendBlobClient(Blob(invocation).Name))
            : type == typeof(PageBlobClient) ? invocation => new(Blob(invocation).Container.GetPageBlobClient(Blob(invocation).Name))
            : type == typeof(string) ? async invocation => (await ReadAsync(invocation)).ToString()
            : type == typeof(byte[]) ? async invocation => (await ReadAsync(invocation)).ToArray()
            : type != typeof(BinaryData) && BindingData.IsJson(type) ? async invocation =>
                BindingData.FromJson((await ReadAsync(invocation)).ToString(), type)
            : null;
    }

    public override ParameterBinder? BindOther(ParameterInfo parameter) =>
        Names.Concat(Pattern.Names).Contains(parameter.Name, StringComparer.OrdinalIgnoreCase)
            && BindingData.IsSimple(parameter.ParameterType)
            ? BindingData.ByName(parameter)
            : null;

    /// <summary>What the function may ask for by name; null when the blob's name does not fit.</summary>
    public IReadOnlyDictionary<string, object?>? Data(BlobVersion blob)
    {
        if (Pattern.Match(blob.Name) is not { } parts)
        {
            return null;
        }

        var data = parts.ToDictionary(part => part.Key, object? (part) => part.Value, StringComparer.OrdinalIgnoreCase);
        data["blobTrigger"] = blob.Path;
        data["uri"] = blob.Client.Uri.ToString();
        return data;
    }

    private static BlobVersion Blob(Invocation invocation) => (BlobVersion)invocation.Trigger;

    private static async Task<BinaryData> ReadAsync(Invocation invocation) =>
        (await Blob(invocation).Client.DownloadContentAsync(invocation.CancellationToken)).Value.Content;
}
