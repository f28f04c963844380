namespace Drover.LocalRuntime;

/// <summary>The code of an orchestrator did not take the steps that its history holds.</summary>
/// <remarks>
/// Either it decides by something that is not in the history (clock, random numbers, environment), or it was changed
/// while instances of it were running. The real one lives in <c>DurableTask.Core.Exceptions</c>.
/// </remarks>
public class NonDeterministicOrchestrationException(string message) : Exception(message);
