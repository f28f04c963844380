namespace Drover.LocalRuntime;

/// <summary>Makes the function an orchestrator: the parameter is a <c>TaskOrchestrationContext</c>.</summary>
/// <remarks>A further parameter without an attribute receives the orchestration's input.</remarks>
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The orchestration's name; the function's name if not set.</summary>
    public string? Orchestration { get; set; }
}
