namespace Drover.Streams;

/// <summary>Removes from the begin of a continuation what repeats the end of the text before it, or all of it.</summary>
/// <remarks>
/// <para>
/// An upstream with prefix support repeats nothing; one that goes on a little before the prefix's end repeats some characters;
/// one without prefix support begins anew. What the continuation says is held back only as long as it can still be such a
/// repetition, mostly one piece.
/// </para>
/// <para>
/// A repetition of the whole text always counts. Of its end, the shortest that has eight characters or more counts, unless the
/// text's end is such a repetition already: then it is a pattern that goes on, as in tables, lists and refrains. More than 16
/// characters (up to 200) count only when they are a sentence or line that was broken off and is said again from its beginning.
/// </para>
/// </remarks>
internal sealed class Overlap(string before)
{
    private const int Shortest = 8;
    private const int Longest = 200;
    private const int LongestAnywhere = 16;

    /// <summary>
    /// A continuation that begins with so much of the text's own beginning, and then says something else, is another answer.
    /// </summary>
    private const int SameBeginning = 32;

    private readonly int _longest = IsAtSentence(before) ? LongestAnywhere : Longest;

    private string _held = "";
    private bool _isDecided = before.Length == 0;

    /// <summary>Whether the upstream has begun anew with other words, so that no continuation can be made of it.</summary>
    public bool IsAnotherAnswer { get; private set; }

    /// <summary>What may go out after this piece.</summary>
    public string Take(string piece)
    {
        if (_isDecided || piece.Length == 0)
        {
            return piece;
        }

        _held += piece;
        if (IsUndecided(out var repeated))
        {
            return "";
        }

        _isDecided = true;
        IsAnotherAnswer = repeated == 0 && before.Length > SameBeginning && _held.AsSpan().CommonPrefixLength(before) >= SameBeginning;
        return IsAnotherAnswer ? "" : _held[repeated..];
    }

    /// <summary>What is held when the continuation ends: too short for a repetition it is, mostly, the answer's last word.</summary>
    public string Flush()
    {
        if (_isDecided)
        {
            return "";
        }

        _isDecided = true;
        return _held.Length >= SameBeginning && before.StartsWith(_held, StringComparison.Ordinal) ? "" : _held;
    }

    private bool IsUndecided(out int repeated)
    {
        repeated = before.Length;
        if (_held.StartsWith(before, StringComparison.Ordinal))
        {
            return false;
        }

        if (before.StartsWith(_held, StringComparison.Ordinal))
        {
            return true;
        }

        var isOpen = false;
        for (repeated = Shortest; repeated <= Math.Min(before.Length, _longest); repeated++)
        {
            var end = before.AsSpan(before.Length - repeated);
            if (repeated > LongestAnywhere && !IsAtSentence(before.AsSpan(0, before.Length - repeated)))
            {
                continue;
            }

            if ((_held.AsSpan().StartsWith(end) || end.StartsWith(_held)) && !IsPattern(end))
            {
                if (end.Length <= _held.Length)
                {
                    return false;
                }

                isOpen = true;
            }
        }

        repeated = 0;
        return isOpen;
    }

    private static bool IsAtSentence(ReadOnlySpan<char> text) =>
        text.TrimEnd(' ') is [] or [.., '.' or '!' or '?' or ':' or ';' or '\n' or '。' or '！' or '？'];

    // Whether the text's end repeats itself, or ends as what stands before it ends.
    private bool IsPattern(ReadOnlySpan<char> end)
    {
        for (var period = 1; period <= end.Length / 2; period++)
        {
            if (end[period..].SequenceEqual(end[..^period]))
            {
                return true;
            }
        }

        return before.AsSpan(0, before.Length - end.Length).EndsWith(end[^Shortest..]);
    }
}
