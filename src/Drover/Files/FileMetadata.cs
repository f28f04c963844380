using System.Globalization;

namespace Drover.Files;

/// <summary>What a file's blob bears in its metadata. Values are ASCII; names are percent-encoded.</summary>
internal static class FileMetadata
{
    private const string Purpose = "purpose";
    private const string Name = "name";
    private const string Created = "created";
    private const string Expires = "expires";
    private const string Deleted = "deleted";
    private const string Bytes = "bytes";
    private const string Key = "key";

    public static Dictionary<string, string> Of(StoredFile file)
    {
        var metadata = new Dictionary<string, string>
        {
            [Purpose] = file.Purpose,
            [Name] = Uri.EscapeDataString(file.Name),
            [Created] = Text(file.CreatedAt),
            [Bytes] = file.Bytes.ToString(CultureInfo.InvariantCulture),
        };
        if (file.Key is { } key)
        {
            metadata[Key] = Uri.EscapeDataString(key);
        }

        if (file.ExpiresAt is { } expires)
        {
            metadata[Expires] = Text(expires);
        }

        if (file.DeletedAt is { } deleted)
        {
            metadata[Deleted] = Text(deleted);
        }

        return metadata;
    }

    /// <summary>The file that a blob is; null for a blob that is none of ours.</summary>
    public static StoredFile? Read(string blob, IDictionary<string, string>? metadata, long length) =>
        metadata is not null && metadata.TryGetValue(Purpose, out var purpose) && metadata.TryGetValue(Name, out var name)
            && Time(metadata, Created) is { } created
            ? new StoredFile
            {
                Id = FileId.OfBlob(blob),
                Purpose = purpose,
                Name = Uri.UnescapeDataString(name),
                Bytes = metadata.TryGetValue(Bytes, out var bytes) ? long.Parse(bytes, CultureInfo.InvariantCulture) : length,
                CreatedAt = created,
                Key = metadata.TryGetValue(Key, out var key) ? Uri.UnescapeDataString(key) : null,
                ExpiresAt = Time(metadata, Expires),
                DeletedAt = Time(metadata, Deleted),
            }
            : null;

    private static string Text(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(IDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture)) : null;
}
