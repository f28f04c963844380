namespace Drover.Upstreams.Keys;

/// <summary>Keeps the key out of what is written: some upstreams repeat it in what they answer.</summary>
internal static class KeyMask
{
    private const int ShortestKey = 8;

    /// <summary>Puts asterisks over every occurrence of the key, in place; lengths stay, so JSON stays JSON.</summary>
    public static byte[] Cover(byte[] text, ReadOnlySpan<byte> key)
    {
        if (key.Length >= ShortestKey)
        {
            for (var rest = text.AsSpan(); rest.IndexOf(key) is >= 0 and var at; rest = rest[(at + key.Length)..])
            {
                rest.Slice(at, key.Length).Fill((byte)'*');
            }
        }

        return text;
    }
}
