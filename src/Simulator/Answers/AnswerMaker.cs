using Drover.Simulator.Calls;
using Drover.Simulator.Faults;

namespace Drover.Simulator.Answers;

/// <summary>Makes the answers to a call. A prompt's full text depends on the seed, the prompt and the number of the choice only.</summary>
internal static class AnswerMaker
{
    public static Answer[] Make(ModelCall call, SimulatorOptions options)
    {
        if (call.Dimensions > 0)
        {
            return [];
        }

        var answers = new Answer[call.Prompts.Count * call.Choices];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = Make(call, call.Prompts[i / call.Choices], i % call.Choices, options);
        }

        return answers;
    }

    /// <summary>The answer with what the fault does to JSON.</summary>
    public static Answer Spoil(Answer answer, Fault fault) => !answer.IsJson ? answer : fault switch
    {
        Fault.Truncated => answer with { Text = answer.Text[..(answer.Text.Length * 2 / 3)] },
        Fault.Fenced => answer with { Text = $"```json\n{answer.Text}\n```" },
        Fault.Wrapped =>
            answer with { Text = $"Here is the JSON you asked for:\n\n{answer.Text}\n\nLet me know if you need anything else." },
        _ => answer,
    };

    private static Answer Make(ModelCall call, Prompt prompt, int choice, SimulatorOptions options)
    {
        var hash = StableHash.Mix(StableHash.Mix(prompt.Hash, (ulong)options.Seed), (ulong)choice);
        var source = new SourceText(prompt.UserText);
        var text = call.Format.IsJson
            ? JsonAnswer.Write(call.Format, prompt, source, hash)
            : PlainText.Write(source, hash, options.AnswerWords);
        text = options.NoPrefix ? text : Continue(text, call.Prefix, options.PrefixOverlap);
        var cut = call.MaxTokens is { } max ? TokenEstimate.Cut(text, max) : text;
        var reason = cut.Length < text.Length ? "length" : call.Format.Tool is null ? "stop" : "tool_calls";
        return new Answer(cut, reason, call.Format.IsJson, call.Format.Tool);
    }

    /// <summary>What follows the prefix, and so much of its end; the whole text where that does not begin with the prefix.</summary>
    private static string Continue(string text, string prefix, int overlap)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return text;
        }

        var start = Math.Max(0, prefix.Length - overlap);
        return text[(start > 0 && start < text.Length && char.IsLowSurrogate(text[start]) ? start - 1 : start)..];
    }
}
