using System.Runtime.InteropServices;

namespace Drover.LocalHost.Commands;

/// <summary>Ctrl-C and SIGTERM: the first asks to stop gracefully, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    public Interruption(Action? first = null) => _registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            if (Interlocked.Exchange(ref _signals, 1) == 1)
            {
                Environment.Exit(ExitCodes.Interrupted);
            }

            context.Cancel = true;
            _asked.Cancel();
            first?.Invoke();
        })),
    ];

    /// <summary>Fires at the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, r => r.Dispose());
        _asked.Dispose();
    }
}
