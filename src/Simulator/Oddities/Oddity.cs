using System.Text;

namespace Drover.Simulator.Oddities;

/// <summary>The ways to answer that providers have beside the API's own, by their names.</summary>
/// <remarks>
/// All requests are answered so by <see cref="SimulatorOptions.AnswerAs"/>, and a request by its text: <c>(answer as NAME)</c> anywhere
/// in its body.
/// </remarks>
internal static class Oddity
{
    private static readonly Dictionary<string, Func<OddCall, OddAnswer?>> All =
        new[] { FalseAnswers.All, OddForms.All, Refusals.All, WrongSetups.All, Particular.All, OddStreams.All }
            .SelectMany(some => some)
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    public static bool IsKnown(string name) => All.ContainsKey(name);

    /// <summary>The name that a request or the settings ask for; null for none.</summary>
    public static string? NameOf(ReadOnlySpan<byte> body, SimulatorOptions options)
    {
        var mark = "(answer as "u8;
        if (body.IndexOf(mark) is >= 0 and var at && body[(at + mark.Length)..] is var rest && rest.IndexOf((byte)')') is > 0 and var end)
        {
            var name = Encoding.UTF8.GetString(rest[..end]);
            return IsKnown(name) ? name : null;
        }

        return options.AnswerAs;
    }

    /// <summary>The answer; null: the usual one.</summary>
    public static OddAnswer? Answer(string name, OddCall call) => All[name](call);
}
