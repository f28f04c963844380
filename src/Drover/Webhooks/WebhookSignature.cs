using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Drover.Webhooks;

/// <summary>The signature of Standard Webhooks 1.0: <c>v1,</c> and the HMAC-SHA256 of <c>id.timestamp.payload</c> in base64.</summary>
/// <remarks>Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md</remarks>
public static class WebhookSignature
{
    /// <summary>How secrets begin; the rest is the key in base64.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>Whether that is a secret: the prefix, and 24 to 64 bytes in base64.</summary>
    public static bool IsSecret(string secret)
    {
        var bytes = new byte[secret.Length];
        return secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length) && length is >= 24 and <= 64;
    }

    /// <summary>Signs a message.</summary>
    /// <param name="secret">The secret, of the form that <see cref="IsSecret"/> checks.</param>
    /// <param name="id">The message's id, the same at every try.</param>
    /// <param name="timestamp">When it is sent; seconds are signed.</param>
    /// <param name="payload">The body, byte by byte as sent.</param>
    public static string Of(string secret, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> payload)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp.ToUnixTimeSeconds()}."));
        var hash = HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), (byte[])[.. head, .. payload]);
        return $"v1,{Convert.ToBase64String(hash)}";
    }
}
