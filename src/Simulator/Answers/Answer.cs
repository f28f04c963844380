namespace Drover.Simulator.Answers;

/// <summary>One answer: its text (or a tool's arguments), why it ends, and whether it is JSON.</summary>
internal sealed record Answer(string Text, string FinishReason, bool IsJson, string? Tool = null)
{
    public string[] Pieces() => Answers.Pieces.Split(Text);
}
