namespace Drover.LocalRuntime;

/// <summary>How an orchestration starts again with fresh history.</summary>
public class ContinueAsNewOptions
{
    public object? NewInput { get; set; }

    /// <summary>Whether events that nobody has taken yet are handed on; true unless set.</summary>
    public bool PreserveUnprocessedEvents { get; set; } = true;

    /// <summary>The version to go on with; null keeps the present one.</summary>
    public string? NewVersion { get; set; }
}
