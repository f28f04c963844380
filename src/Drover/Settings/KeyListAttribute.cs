using System.Text.RegularExpressions;

namespace Drover.Settings;

/// <summary>A text holds keys with commas between, each of them once. A fault tells the place of a key, never the key.</summary>
internal sealed partial class KeyListAttribute : RuleAttribute
{
    /// <summary>Cuts the text into keys, trimmed.</summary>
    public static IReadOnlyList<string> Cut(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        var keys = Cut((string)setting.Value!);
        foreach (var (key, number) in keys.Select((key, i) => (key, i + 1)))
        {
            if (!KeyForm().IsMatch(key))
            {
                yield return $"{setting.Path}: key {number} of {keys.Count} has white space or other characters that no key has; a key is letters, digits and -._~+/=: alone, and a comma stands between two.";
            }
            else if (keys.Take(number - 1).Contains(key))
            {
                yield return $"{setting.Path}: key {number} of {keys.Count} is there already; each must be there once.";
            }
        }
    }

    // The token of a bearer header (RFC 6750, section 2.1), and the colon that some gateways use.
    [GeneratedRegex(@"\A[A-Za-z0-9._~+/=:-]+\z")]
    private static partial Regex KeyForm();
}
