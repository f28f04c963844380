using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Drover.Uploads;

/// <summary>One version of an image that was uploaded.</summary>
/// <param name="Name">The blob's name in the container <c>images</c>.</param>
/// <param name="Prompt">What its metadata say is to be asked of it.</param>
internal sealed record UploadedImage(string Name, string ETag, string? Prompt = null)
{
    private const int LongestId = 500;

    /// <summary>Names the version in the marks.</summary>
    [JsonIgnore]
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}\n{ETag}")).AsSpan(0, 20));

    /// <summary>Its id in a batch: two versions of one image may be in the same.</summary>
    [JsonIgnore]
    public string ItemId => $"{Name}@{ETag.Trim('"')}" is { Length: <= LongestId } id ? id : Key;
}

[JsonSerializable(typeof(UploadedImage))]
internal sealed partial class UploadJson : JsonSerializerContext;
