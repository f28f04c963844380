namespace Drover.Throttling;

/// <summary>Max-min fair shares of something countable.</summary>
internal static class FairShares
{
    /// <summary>
    /// Who wants little gets it; the rest is shared alike by those who want more. What cannot be divided goes to the first.
    /// </summary>
    /// <remarks>Bertsekas and Gallager, Data Networks, section 6.5.2.</remarks>
    public static int[] Of(IReadOnlyList<int> wanted, int limit)
    {
        var shares = new int[wanted.Count];
        var (left, open) = (Math.Max(0, limit), wanted.Count);
        foreach (var i in Enumerable.Range(0, wanted.Count).OrderBy(i => wanted[i]))
        {
            shares[i] = Math.Min(Math.Max(0, wanted[i]), (left + open - 1) / open);
            left -= shares[i];
            open--;
        }

        return shares;
    }
}
