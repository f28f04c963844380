namespace Drover.Throttling;

/// <summary>What a process is handed in answer to an <see cref="LeaseRequest"/>.</summary>
/// <param name="Document">What all share, as it is now.</param>
/// <param name="Held">The calls at once that are its own until <paramref name="Expires"/>.</param>
/// <param name="Cap">The calls at once up to which it may launch: less than it holds while it owes others some of them.</param>
/// <param name="Expires">When it must launch nothing any more unless it has asked again.</param>
/// <param name="IsRestless">Whether somebody holds less than its fair share, so that all should ask again soon.</param>
/// <param name="RequestInterval">The ticks from one request of all processes to the next; 0 for no limit.</param>
/// <param name="TokenInterval">The ticks from one token to the next; 0 for no limit.</param>
internal sealed record Lease(
    LimitsDocument Document, int Held, int Cap, DateTimeOffset Expires, bool IsRestless, double RequestInterval, double TokenInterval)
{
    public Grant? Requests { get; init; }

    public Grant? Tokens { get; init; }
}

/// <summary>Units of a schedule.</summary>
internal readonly record struct Grant(Slice Slice, double Units);
