namespace Drover.Simulator.Calls;

/// <summary>What the model was given: instructions, the last user message, and how much it was.</summary>
/// <param name="Instructions">All texts but the last of the user's, a blank line between two.</param>
/// <param name="UserText">The last text of the user's.</param>
/// <param name="Hash">The same for the same prompt.</param>
/// <param name="Images">How many images came with it.</param>
internal sealed record Prompt(string Instructions, string UserText, ulong Hash, int Tokens, int Images)
{
    public static Prompt FromText(string text) => new("", text, StableHash.Of(text), TokenEstimate.Of(text), 0);

    /// <summary>Whether JSON is mentioned anywhere, in any case.</summary>
    public bool MentionsJson =>
        UserText.Contains("json", StringComparison.OrdinalIgnoreCase) || Instructions.Contains("json", StringComparison.OrdinalIgnoreCase);
}
