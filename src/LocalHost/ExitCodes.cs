namespace Drover.LocalHost;

/// <summary>What the command's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>Every item has a result.</summary>
    public const int Done = 0;

    /// <summary>Something unexpected.</summary>
    public const int Unexpected = 1;

    /// <summary>The batch is complete, and some of its items are errors.</summary>
    public const int SomeFailed = 2;

    /// <summary>The batch ended without being complete: failed, stopped, cancelled or expired.</summary>
    public const int Incomplete = 3;

    /// <summary>Arguments, settings or surroundings (a port, a folder, storage) are not usable; nothing was run.</summary>
    public const int Usage = 64;

    /// <summary>Stopped by Ctrl-C or SIGTERM; the same command goes on.</summary>
    public const int Interrupted = 130;
}
