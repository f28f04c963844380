using System.Security.Cryptography;
using System.Text;

namespace Drover.Access;

/// <summary>
/// The bearer keys of those who may call this API. Section <c>Drover:Keys</c>: a name, and the SHA-256 of the key in hex.
/// </summary>
/// <remarks>
/// <c>Drover__Keys__alice=9f86d081…</c>, and beside it the key's budget (<see cref="Budgets.KeyBudget"/>). Only hashes are kept: whoever
/// reads the settings has no key. <c>drover key</c> makes one.
/// </remarks>
public sealed class CallerKeys
{
    public const string Section = "Drover:Keys";

    private readonly IReadOnlyList<(string Name, byte[] Hash)> _keys;
    private readonly HashSet<string> _admins;

    /// <param name="hashes">The SHA-256 of the keys, in hex, by name.</param>
    /// <param name="admins">The names of those that see what all have made.</param>
    public CallerKeys(IEnumerable<KeyValuePair<string, string>> hashes, params IEnumerable<string> admins)
    {
        _keys = [.. hashes.Select(h => (h.Key, Convert.FromHexString(h.Value)))];
        _admins = new HashSet<string>(admins, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether there is any key; without one, only this machine may call.</summary>
    public bool IsSet => _keys.Count > 0;

    /// <summary>The name of the key that an <c>Authorization</c> header shows, or null.</summary>
    public string? NameOf(string? authorization)
    {
        if (KeyIn(authorization) is not { } key)
        {
            return null;
        }

        var hash = Hash(key);
        string? found = null;
        foreach (var (name, known) in _keys)
        {
            // All of them, whatever matches, and by hashes of one length: the time it takes tells nothing about a key.
            found = CryptographicOperations.FixedTimeEquals(hash, known) ? name : found;
        }

        return found;
    }

    /// <summary>
    /// Who calls. Without keys it is whoever sits at the machine; who is let in without showing one has the host's own key, and sees all.
    /// </summary>
    public Caller CallerOf(string? authorization) =>
        NameOf(authorization) is { } name ? new Caller(name, _admins.Contains(name)) : Caller.OfHost;

    /// <summary>The key in a header <c>Bearer KEY</c>, or null.</summary>
    public static string? KeyIn(string? authorization) =>
        authorization is not null && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            && authorization.AsSpan(7).Trim().Length > 0
            ? authorization[7..].Trim()
            : null;

    /// <summary>A new key, and what the settings are to hold of it.</summary>
    public static (string Key, string Hash) New()
    {
        var key = $"drover-{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).Replace('+', '-').Replace('/', '_').TrimEnd('=')}";
        return (key, Convert.ToHexStringLower(Hash(key)));
    }

    /// <summary>The rules that settings break, each with the setting's name and the rule.</summary>
    public static IEnumerable<string> Faults(IEnumerable<KeyValuePair<string, string>> hashes) =>
        hashes.Where(h => h.Value.Length != 64 || !h.Value.All(char.IsAsciiHexDigit))
            .Select(
                h =>
                    $"{Section}:{h.Key} is not the SHA-256 of a key: 64 hexadecimal digits. (Never the key itself; 'drover key' makes both.)");

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
