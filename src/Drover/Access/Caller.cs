namespace Drover.Access;

/// <summary>Who calls.</summary>
/// <param name="Key">The name of the caller's key; null: there are none, or it is the host's own.</param>
/// <param name="SeesAll">Whether all there is may be seen, and not only what was made with the same key.</param>
public readonly record struct Caller(string? Key, bool SeesAll)
{
    /// <summary>Whoever sits at the machine of a host without keys, or has the host's own key.</summary>
    public static Caller OfHost => new(null, SeesAll: true);

    /// <summary>Whether what was made with a key is there for this caller.</summary>
    /// <param name="owner">The name of that key; null: it was made without one.</param>
    public bool Sees(string? owner) => SeesAll || string.Equals(owner, Key, StringComparison.OrdinalIgnoreCase);
}
