using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Drover.LocalRuntime;

/// <summary>The key that functions above <see cref="AuthorizationLevel.Anonymous"/> ask for.</summary>
internal sealed class HostKey(string? key, Func<HttpRequest, bool>? admits = null)
{
    public const string HeaderName = "x-functions-key";
    public const string QueryName = "code";

    // Hashes have one length, so the comparison tells nothing about the key, not even how long it is.
    private readonly byte[]? _hash = string.IsNullOrEmpty(key) ? null : Hash(key);

    public bool IsSet => _hash is not null || admits is not null;

    /// <summary>Whether a request shows the key; never when none is set.</summary>
    public bool Admits(HttpRequest request) =>
        admits?.Invoke(request) == true || (_hash is not null && CryptographicOperations.FixedTimeEquals(_hash, Hash(KeyIn(request))));

    private static string KeyIn(HttpRequest request) =>
        request.Headers[HeaderName] is { Count: > 0 } header ? header.ToString() : request.Query[QueryName].ToString();

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
