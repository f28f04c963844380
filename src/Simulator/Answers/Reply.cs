using Drover.Simulator.Calls;

namespace Drover.Simulator.Answers;

/// <summary>All that a format needs to write an answer.</summary>
/// <param name="Id">Sixteen hexadecimal digits; formats put their own word before it.</param>
internal sealed record Reply(string Id, long Created, ModelCall Call, Answer[] Answers)
{
    public int PromptTokens => Call.PromptTokens;

    public int CompletionTokens { get; } = Answers.Sum(answer => TokenEstimate.Of(answer.Text));
}
