using System.Text;

namespace Drover.Simulator.Answers;

/// <summary>A short text about the source, of about so many words, fixed by its hash.</summary>
internal static class PlainText
{
    private static readonly string[] Openings = ["In short:", "To put it briefly:", "Here is the gist:", "The main point is this:"];
    private static readonly string[] Sentences =
    [
        "It is chiefly about {0} and {1}.",
        "The part on {0} matters most, and {1} follows from it.",
        "Whoever knows {0} will also ask about {1}.",
        "Between {0} and {1} there is a close connection.",
        "What is said of {0} holds for {1} as well.",
        "Note how {0} leads on to {1}.",
    ];

    public static string Write(SourceText source, ulong hash, int words)
    {
        var text = new StringBuilder(Pick(Openings, hash)).Append(' ').Append(source.Summary(160));
        var count = text.ToString().Count(c => c == ' ') + 1;
        for (var i = 0ul; count < words; i++)
        {
            var draw = StableHash.Mix(hash, i + 1);
            var sentence = string.Format(
                null, Pick(Sentences, draw), Keyword(source, StableHash.Mix(draw, 1)), Keyword(source, StableHash.Mix(draw, 2)));
            text.Append(' ').Append(sentence);
            count += sentence.Count(c => c == ' ') + 1;
        }

        return text.ToString().TrimEnd();
    }

    private static string Keyword(SourceText source, ulong draw) =>
        source.Keywords.Count == 0 ? "the question" : source.Keywords[(int)(draw % (ulong)Math.Min(source.Keywords.Count, 12))];

    private static string Pick(string[] from, ulong draw) => from[draw % (ulong)from.Length];
}
