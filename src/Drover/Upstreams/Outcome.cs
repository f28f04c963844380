namespace Drover.Upstreams;

/// <summary>What the answer to a call means for its item.</summary>
public enum Outcome
{
    /// <summary>2xx with what was asked for: a result.</summary>
    Result,

    /// <summary>400, 404, 413, 422 and their like: trying again would bring the same. An error, at once.</summary>
    Rejected,

    /// <summary>408, 409, 425, 429, 5xx, a time-out, an unreadable answer: later.</summary>
    Later,

    /// <summary>The connection could not be made or broke: at once again, a few times, then later.</summary>
    ConnectionLost,

    /// <summary>The circuit is open: the upstream is down, nothing was sent. Later.</summary>
    NotSent,

    /// <summary>A budget does not allow the call; nothing was sent. The batch stops, or waits until the day or month is over.</summary>
    BudgetSpent,

    /// <summary>401, 402, 403, or 429 with code <c>insufficient_quota</c>: the key is out.</summary>
    KeyRefused,

    /// <summary>
    /// The address cannot be right: no such name, nobody listens, a certificate that is not trusted, a redirect, no such route. Of an
    /// upstream that has worked before, it is an outage instead.
    /// </summary>
    SetupWrong,

    /// <summary>404 with code <c>model_not_found</c>: the upstream does not know the model.</summary>
    ModelUnknown,
}
