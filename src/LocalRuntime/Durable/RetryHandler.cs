namespace Drover.LocalRuntime;

/// <summary>Says after a failure whether to try again; runs as orchestrator code, so it must be deterministic.</summary>
public delegate bool RetryHandler(RetryContext retryContext);
