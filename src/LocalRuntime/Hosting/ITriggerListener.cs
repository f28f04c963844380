namespace Drover.LocalRuntime;

/// <summary>Waits for events of one kind and runs functions for them.</summary>
internal interface ITriggerListener
{
    /// <summary>What it listens to, for the log: such as <c>timer 'Purge'</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Runs until told to stop; then takes nothing more, passes the signal on to the functions that run, and returns when
    /// they have ended. What it throws is a defect: <see cref="ListenerSupervisor"/> logs it and runs the listener again.
    /// </summary>
    Task RunAsync(CancellationToken stopping);
}
