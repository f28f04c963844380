namespace Drover.LocalRuntime;

/// <summary>Waits for events of one kind and runs functions for them.</summary>
internal interface ITriggerListener
{
    /// <summary>
    /// Runs until told to stop; then takes nothing more, passes the signal on to the functions that run, and returns when
    /// they have ended. What it throws is a defect and ends the host.
    /// </summary>
    Task RunAsync(CancellationToken stopping);
}
