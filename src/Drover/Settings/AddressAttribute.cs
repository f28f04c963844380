namespace Drover.Settings;

/// <summary>A text is an http or https address. An empty one means that there is none, unless one is required.</summary>
internal sealed class AddressAttribute : RuleAttribute
{
    /// <summary>An address that is shown to the user.</summary>
    public string? Example { get; init; }

    /// <summary>Whether there must be one.</summary>
    public bool IsRequired { get; init; }

    /// <summary>
    /// The setting that a secret belongs into, where the address is shown to others and so may not have one. Null: it may.
    /// </summary>
    public string? SecretGoesInto { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        var address = (string?)setting.Value ?? "";
        if (address.Length == 0 && !IsRequired)
        {
            yield break;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return
                $"{setting.Path} is '{address}'; it must be an http or https address{(Example is null ? "" : $" such as {Example}")}.";
        }
        else if (SecretGoesInto is not null && (url.UserInfo.Length > 0 || url.Query.Length > 0))
        {
            yield return $"{setting.Path} has a user or a query, which would be shown; it must be the address alone, and the key goes into {setting.Section}:{SecretGoesInto}.";
        }
    }
}
