namespace Drover.Upstreams;

/// <summary>Sets money aside for each request of one call before it is sent, and settles what the request cost.</summary>
public interface ISpending
{
    /// <summary>Sets aside the most that one request may cost.</summary>
    /// <returns>Null: send it. Otherwise what the call is answered with instead.</returns>
    ValueTask<CallResult?> ReserveAsync(CancellationToken cancellationToken);

    /// <summary>Settles the request that was set aside for last.</summary>
    void Settle(CallResult result);
}
