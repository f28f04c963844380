namespace Drover.Simulator.Answers;

/// <summary>Cuts a text into what a stream's events carry: words with the space before them, eight characters at the most.</summary>
internal static class Pieces
{
    private const int Longest = 8;

    public static string[] Split(string text)
    {
        var pieces = new List<string>((text.Length / 4) + 1);
        var start = 0;
        while (start < text.Length)
        {
            var end = Math.Min(text.Length, start + Longest);
            var space = text.IndexOf(' ', start + 1, end - start - 1);
            end = space > 0 ? space : end;
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
            {
                end++;
            }

            pieces.Add(text[start..end]);
            start = end;
        }

        return [.. pieces];
    }
}
