namespace Drover.LocalRuntime;

/// <summary>Says after a failure whether to try again; may wait on the orchestration context, for instance on a timer.</summary>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);
